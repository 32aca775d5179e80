#include "oauth/erasure.hpp"

#include "base/log.hpp"
#include "base/pause.hpp"
#include "base/side_by_side.hpp"
#include "oauth/apart.hpp"
#include "oauth/cut_off_exchange.hpp"
#include "oauth/departure.hpp"
#include "oauth/erased.hpp"
#include "oauth/erasure_hold.hpp"
#include "oauth/erasure_rows.hpp"
#include "oauth/lapsing.hpp"
#include "oauth/persist.hpp"
#include "oauth/token_cache.hpp"

#include <boost/asio/this_coro.hpp>

namespace tenon::host {
namespace {

constexpr std::size_t taken_up_at_once = 8;  // each may wait for providers
constexpr int most_rounds = 5;
constexpr milliseconds hold_poll{500};

// What was granted and is no connection: parked, or of an exchange that was cut off.
auto let_go_unconnected(oauth_context& context, actor by, const held_data& held)
    -> boost::asio::awaitable<result<void>> {
    for (const auto& row : held.unconfirmed) {
        const auto outcome = co_await discard_parked(context, by, row);
        if (outcome.has_error()) {
            co_return outcome.error();
        }
    }
    for (const auto& row : held.exchanges) {
        const auto outcome = co_await discard_exchange(context, by, row);
        if (outcome.has_error()) {
            co_return outcome.error();
        }
    }
    co_return result<void>();
}

// Connections first: of tokens that were granted for the same account it is then certain that
// nobody uses it. Each step notes in the receipt what became of it.
auto let_go(oauth_context& context, actor by, std::string owner, held_data held)
    -> boost::asio::awaitable<result<void>> {
    const auto strand = co_await boost::asio::this_coro::executor;
    const erasure_heartbeat alive(strand, context, by, std::move(owner));
    for (const auto& gone : held.connections) {
        context.cache.forget(gone.connection.id);
    }
    context.cache.marks().touch(by.org, by.user);
    const auto outcomes =
        co_await finish_leaving_together(context, by, std::move(held.connections));
    for (const auto& one : outcomes) {
        if (one.has_error()) {
            co_return one.error();
        }
    }
    auto gone = co_await let_go_unconnected(context, by, held);
    context.cache.marks().touch(by.org, by.user);
    co_return gone;
}

// A round's beginning: what is held, once nobody else is at it.
auto hold(oauth_context& context, actor by, std::string owner, erasing how, bool waits)
    -> boost::asio::awaitable<result<held_data>> {
    auto begin = [&context, by, owner, how](sql_session& session) -> result<held_data> {
        return take_hold(session, context, by, owner, how);
    };
    const auto most = waits ? context.options.lease * 2 / hold_poll : 0;
    for (std::int64_t waited = 0;; ++waited) {  // counted: the clock may stand
        auto held = co_await persist(context, by.org, begin);
        if (held.has_error() || !held->is_others) {
            co_return held;
        }
        if (waited >= most) {
            co_return fail(
                errc::storage_unavailable, "the user is being erased by another call; try again"
            );
        }
        co_await pause(hold_poll);
    }
}

// Until who asked, or finish_erasures, comes again.
auto give_up(oauth_context& context, actor by, std::string owner) -> boost::asio::awaitable<void> {
    auto release = [who = who_of(context, by), owner](sql_session& session) -> result<void> {
        release_erasure(session, who, owner);
        return {};
    };
    [[maybe_unused]] const auto done =
        co_await context.db.with_org(by.org, access::write, std::move(release));
}

auto erase(oauth_context& context, actor by, erasing how)
    -> boost::asio::awaitable<result<erasure_receipt>> {
    const auto owner = new_erasure_owner(context);
    for (int round = 0; round < most_rounds; ++round) {
        const auto start = round == 0 ? how : erasing::resume;
        auto held = co_await hold(context, by, owner, start, how == erasing::anew);
        if (held.has_error()) {
            co_return held.error();
        }
        if (held->answer) {
            co_return std::move(*held->answer);
        }
        auto gone = co_await let_go(context, by, owner, std::move(*held));
        if (gone.has_error()) {
            co_await give_up(context, std::move(by), owner);
            co_return gone.error();
        }
        auto end = [&context, by,
                    owner](sql_session& session) -> result<std::optional<erasure_receipt>> {
            return finish(session, context, by, owner);
        };
        auto done = co_await persist(context, by.org, std::move(end));
        if (done.has_error()) {
            co_return done.error();
        }
        if (*done) {
            co_return std::move(**done);
        }
    }
    co_return fail(errc::storage_unavailable, "the user's rows do not come to rest; try again");
}

auto abandoned_erasures(oauth_context& context, bool at_start)
    -> boost::asio::awaitable<result<std::vector<erasure_row>>> {
    const auto now = context.time.now();
    const bool all = at_start && context.options.sole_owner;
    const auto before = all ? now + std::chrono::hours(24) : now - context.options.lease;
    auto look = [before](sql_session& session) -> result<std::vector<erasure_row>> {
        return erasures_left(session, before, taken_up_at_once);
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

auto take_up(oauth_context& context, erasure_row row) -> boost::asio::awaitable<void> {
    log(log_level::info, "erasure taken up", {{log_key::org, row.org.text()}});
    const actor by{row.org, row.user, "recovery", {}};
    [[maybe_unused]] const auto ended = co_await erase(context, by, erasing::resume);
}

}  // namespace

auto erase_user(oauth_context& context, actor by)
    -> boost::asio::awaitable<result<erasure_receipt>> {
    auto work = [&context, by = std::move(by)] { return erase(context, by, erasing::anew); };
    return run_apart<result<erasure_receipt>>(context, std::move(work));
}

auto finish_erasures(oauth_context& context, bool at_start, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t> {
    const auto found = co_await abandoned_erasures(context, at_start);
    if (found.has_error() || stopping()) {
        co_return 0;
    }
    std::vector<boost::asio::awaitable<void>> all;
    for (const auto& row : *found) {
        all.push_back(take_up(context, row));
    }
    co_await side_by_side(std::move(all));
    co_return found->size();
}

}  // namespace tenon::host
