#include "oauth/disconnect.hpp"

#include "oauth/leaving.hpp"
#include "oauth/single_flight.hpp"
#include "oauth/token_cache.hpp"
#include "provider/registry.hpp"
#include "store/confirmations.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace {

constexpr std::size_t page = 500;
constexpr std::size_t at_once = 16;  // each may wait for the provider

auto all_at_provider(sql_session& session, const user_id& user, const provider_id& provider)
    -> std::vector<connection_row> {
    std::vector<connection_row> all;
    connection_query query;
    query.user = user;
    query.provider = provider;
    query.limit = page;
    for (;;) {
        auto some = list_connections(session, query);
        const bool full = some.size() == query.limit;
        std::move(some.begin(), some.end(), std::back_inserter(all));
        if (!full) {
            return all;
        }
        query.after = all.back().id;
    }
}

auto find_leaving(
    sql_session& session, const user_id& user, const account_selector& which, time_point now
) -> result<std::vector<leaving>> {
    std::vector<connection_row> rows;
    if (which.account.empty()) {
        rows = all_at_provider(session, user, which.provider);
    } else if (auto one = find_connection(session, user, which.provider, which.account)) {
        rows.push_back(std::move(*one));
    }
    // What waits to be confirmed is discarded in the background, as if nobody had. For an account
    // it waits under ids of its own: a stored connection's id does not name it.
    const bool one = !which.account.empty() && !rows.empty();
    const auto& what = one ? rows.front().account.text() : which.account;
    const auto waiting = expire_confirmations(session, user, which.provider, what, now);
    if (rows.empty() && waiting == 0) {
        return fail(errc::not_found, "the user has no such connection");
    }
    std::vector<leaving> all;
    for (auto& row : rows) {
        all.push_back(begin_leaving(session, std::move(row), now));
    }
    return all;
}

// What leaves, and what became of it.
struct departure {
    oauth_context& context;
    actor by;
    std::vector<leaving> gone;
    std::vector<result<std::vector<revocation>>> outcomes;
    std::size_t next = 0;
};

// One of several that take connections until none is left; all on one strand.
auto leave_lane(departure& all) -> boost::asio::awaitable<void> {
    while (all.next < all.gone.size()) {
        const auto index = all.next++;
        auto outcome = co_await finish_leaving(all.context, all.by, std::move(all.gone[index]));
        all.outcomes[index] = std::move(outcome);
    }
}

auto leave_side_by_side(departure& all) -> boost::asio::awaitable<void> {
    const auto executor = co_await boost::asio::this_coro::executor;
    const auto lane = [&] {
        return boost::asio::co_spawn(executor, leave_lane(all), boost::asio::deferred);
    };
    std::vector<decltype(lane())> lanes;
    for (std::size_t i = 0; i < std::min(at_once, all.gone.size()); ++i) {
        lanes.push_back(lane());
    }
    auto group = boost::asio::experimental::make_parallel_group(std::move(lanes));
    const auto ended = co_await group.async_wait(
        boost::asio::experimental::wait_for_all(), boost::asio::use_awaitable
    );
    for (const auto& broken : std::get<1>(ended)) {
        if (broken) {
            std::rethrow_exception(broken);
        }
    }
}

auto leave(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    auto look = [user = by.user, which, now = context.time.now()](sql_session& session) {
        return find_leaving(session, user, which, now);
    };
    auto found = co_await context.db.with_org(by.org, access::write, std::move(look));
    if (found.has_error()) {
        const auto known = context.providers.find(which.provider.text());
        const bool nobody = known.has_error() && known.error().code == errc::unknown_provider;
        co_return nobody&& found.error().code == errc::not_found ? known.error() : found.error();
    }
    for (const auto& gone : *found) {
        context.cache.forget(gone.connection.id);
    }
    context.cache.marks().touch(by.org, by.user);
    departure all{context, std::move(by), std::move(*found), {}, 0};
    all.outcomes.resize(all.gone.size(), std::vector<revocation>{});
    if (!all.gone.empty()) {  // a group of nothing never ends
        co_await leave_side_by_side(all);
    }
    std::vector<revocation> outcomes;
    for (auto& one : all.outcomes) {
        if (one.has_error()) {
            co_return one.error();
        }
        outcomes.insert(outcomes.end(), one->begin(), one->end());
    }
    co_return outcomes;
}

}  // namespace

auto disconnect(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>> {
    using outcome = result<std::vector<revocation>>;
    // Whoever asked may hang up or run out of time: the work goes on.
    single_flight<int, outcome> alone(boost::asio::make_strand(context.background));
    single_flight<int, outcome>::work work = [&context, by = std::move(by),
                                              which = std::move(which)] {
        return leave(context, by, which);
    };
    co_return co_await alone.run(0, std::move(work));
}

}  // namespace tenon::host
