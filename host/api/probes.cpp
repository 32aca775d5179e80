#include "api/probes.hpp"

#include "api/json_writer.hpp"
#include "api/metrics.hpp"
#include "api/rate_limiter.hpp"
#include "oauth/context.hpp"
#include "oauth/health.hpp"
#include "oauth/refresh.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"
#include "store/changes.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"
#include "store/owed_revocations.hpp"

namespace tenon::host {

namespace {

constexpr milliseconds ready_for{250};
constexpr milliseconds counted_for{30'000};

struct counts {
    std::vector<connection_count> connections;
    std::vector<grant_count> grants;
    std::int64_t owed = 0;
};

}  // namespace

auto check_database(api_context& api) -> boost::asio::awaitable<check_result> {
    const auto begun = std::chrono::steady_clock::now();
    auto read = [](sql_session& session) -> result<std::int64_t> { return newest_change(session); };
    const auto answered = co_await api.oauth.db.as_service(access::read, read);
    const auto took = std::chrono::steady_clock::now() - begun;
    json_writer detail;
    detail.begin_object()
        .field("engine", api.oauth.db.engine() == sql_engine::sqlite ? "sqlite" : "postgresql")
        .field(
            "latencyMicroseconds",
            std::chrono::duration_cast<std::chrono::microseconds>(took).count()
        )
        .end_object();
    check_result check{"db", answered.has_value() ? "ok" : "down", detail.take()};
    co_return check;
}

auto check_cache(const api_context& api) -> check_result {
    const bool bypassed = api.oauth.cache.bypassed(api.oauth.time.now());
    json_writer detail;
    detail.begin_object()
        .field("kind", "memory")
        .field("entries", api.oauth.cache.size())
        .field("bypassed", bypassed)
        .end_object();
    return {"cache", bypassed ? "degraded" : "ok", detail.take()};
}

auto check_limits(const api_context& api) -> check_result {
    const auto reach = api.limits.reach();
    json_writer detail;
    detail.begin_object()
        .field("kind", reach == limit_reach::host ? "memory" : "redis")
        .field("shared", reach == limit_reach::hosts)
        .end_object();
    return {"limits", reach == limit_reach::host_for_now ? "degraded" : "ok", detail.take()};
}

auto check_plugins(const api_context& api) -> check_result {
    const auto snapshot = api.oauth.providers.snapshot();
    std::size_t enabled = 0;
    std::size_t broken = snapshot->problems.size();
    json_writer names;
    names.begin_array();
    for (const auto& [name, entry] : snapshot->providers) {
        enabled += entry.state == provider_state::enabled ? 1 : 0;
        if (entry.state == provider_state::misconfigured ||
            entry.state == provider_state::undiscovered) {
            ++broken;
            names.value(name);
        }
    }
    json_writer workers;
    workers.begin_array();
    for (const auto& worker : api.oauth.providers.workers()) {
        broken += worker.resting ? 1 : 0;
        workers.begin_object()
            .field("plugin", worker.plugin)
            .field("started", worker.started)
            .field("lost", worker.lost)
            .field("resting", worker.resting)
            .field("lastLoss", worker.last_loss)
            .end_object();
    }
    json_writer detail;
    detail.begin_object()
        .field("loaded", snapshot->plugin_count)
        .field("providersEnabled", enabled)
        .field("refusedFiles", snapshot->problems.size())
        .raw_field("providersInTrouble", names.end_array().take())
        .raw_field("workers", workers.end_array().take())
        .end_object();
    return {"plugins", broken == 0 ? "ok" : "degraded", detail.take()};
}

auto check_ready(api_context& api) -> boost::asio::awaitable<result<void>> {
    if (api.draining.load()) {
        co_return fail(errc::shutting_down, "This host is shutting down.");
    }
    const auto now = api.oauth.time.now();
    const auto last = api.wrote_at.load();
    if (now >= last && now < last + ready_for) {
        co_return result<void>();
    }
    auto written = co_await api.oauth.db.ping_write();
    if (written.has_value()) {
        api.wrote_at.store(now);
    }
    co_return written;
}

auto refresh_gauges(api_context& api) -> boost::asio::awaitable<void> {
    api.metrics.set_refreshes_in_flight(api.refresh.in_flight());
    const auto now = api.oauth.time.now();
    auto last = api.counted_at.load();
    if (now < last + counted_for || !api.counted_at.compare_exchange_strong(last, now)) {
        co_return;
    }
    auto count = [soon = now + expiring_ahead](sql_session& session) -> result<counts> {
        return counts{
            count_connections_by_status(session), count_grants_by_health(session, soon),
            count_owed_revocations(session)};
    };
    const auto counted = co_await api.oauth.db.as_service(access::read, count);
    if (counted.has_error()) {
        co_return;  // the gauges keep what they last knew
    }
    std::vector<state_gauge> connections;
    for (const auto& one : counted->connections) {
        const bool connected = one.state == connection_state::connected;
        connections.push_back({one.provider.text(), connected ? "connected" : "expired", one.count}
        );
    }
    api.metrics.set_connections(connections);
    std::vector<state_gauge> grants;
    for (const auto& one : counted->grants) {
        grants.push_back({one.provider.text(), one.health, one.count});
    }
    api.metrics.set_grants(grants);
    api.metrics.set_revocations_owed(counted->owed);
}

}  // namespace tenon::host
