#include "api/stored_counts.hpp"

#include "api/context.hpp"
#include "api/metrics.hpp"
#include "base/log.hpp"
#include "oauth/context.hpp"
#include "oauth/health.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"
#include "store/owed_revocations.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::host {
namespace {

constexpr milliseconds shortest_rest{60'000};
constexpr milliseconds longest_rest{3'600'000};
constexpr int rest_per_count = 99;

struct counts {
    std::vector<connection_count> connections;
    std::vector<grant_count> grants;
    std::int64_t owed = 0;
};

void tell(api_metrics& metrics, const counts& counted) {
    std::vector<state_gauge> connections;
    for (const auto& one : counted.connections) {
        const bool connected = one.state == connection_state::connected;
        connections.push_back({one.provider.text(), connected ? "connected" : "expired", one.count}
        );
    }
    metrics.set_connections(connections);
    std::vector<state_gauge> grants;
    std::vector<state_gauge> lapsing;
    for (const auto& one : counted.grants) {
        grants.push_back({one.provider.text(), one.health, one.count});
        for (const auto within : {7, 30, 90}) {
            const bool lapses = one.lapses_within_days > 0 && one.lapses_within_days <= within;
            lapsing.push_back(
                {one.provider.text(), std::to_string(within) + "d", lapses ? one.count : 0}
            );
        }
    }
    metrics.set_grants(grants);
    metrics.set_grants_lapsing(lapsing);
    metrics.set_revocations_owed(counted.owed);
}

auto count(api_context& api, time_point now) -> boost::asio::awaitable<result<counts>> {
    auto read = [now](sql_session& session) -> result<counts> {
        return counts{
            count_connections_by_status(session), count_grants(session, now, expiring_ahead),
            count_owed_revocations(session)};
    };
    co_return co_await api.oauth.db.as_service(access::read, std::move(read));
}

auto count_and_tell(api_context& api, time_point now) -> boost::asio::awaitable<void> {
    result<counts> counted = fail(errc::storage_unavailable, "");
    try {
        auto counting = count(api, now);
        counted = co_await std::move(counting);
    } catch (const std::exception& problem) {
        log(log_level::error, "counting failed", {{log_key::detail, problem.what()}});
    }
    api.counting.end(api.oauth.time.now());
    if (counted.has_value()) {
        tell(api.metrics, *counted);
        api.metrics.set_counted_at(now);
    }
}

}  // namespace

auto count_schedule::begin(time_point now) -> bool {
    const std::lock_guard lock(guard_);
    const bool set_back = now < ended_;  // the clock
    if (counting_ || (!set_back && now < ended_ + rest_)) {
        return false;
    }
    counting_ = true;
    began_ = now;
    return true;
}

void count_schedule::end(time_point now) {
    const std::lock_guard lock(guard_);
    counting_ = false;
    ended_ = now;
    rest_ = std::clamp((now - began_) * rest_per_count, shortest_rest, longest_rest);
}

void count_if_old(api_context& api) {
    const auto now = api.oauth.time.now();
    if (api.counting.begin(now)) {
        boost::asio::co_spawn(
            api.oauth.background, count_and_tell(api, now), boost::asio::detached
        );
    }
}

}  // namespace tenon::host
