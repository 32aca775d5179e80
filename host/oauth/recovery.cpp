#include "oauth/recovery.hpp"

#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/cut_off_exchange.hpp"
#include "oauth/discarding.hpp"
#include "oauth/side_by_provider.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"

namespace tenon::host {
namespace {

constexpr std::size_t orphans_at_once = 100;  // of each provider
// A code's tokens are tried for this long; Instagram's short-lived one is dead by then.
constexpr auto longest_try = std::chrono::hours(1);

auto orphans(oauth_context& context, bool at_start)
    -> boost::asio::awaitable<result<std::vector<intent_row>>> {
    const auto now = context.time.now();
    const bool all = at_start && context.options.sole_owner;
    const auto before = all ? now + std::chrono::hours(24) : now - context.options.lease;
    auto look = [before](sql_session& session) -> result<std::vector<intent_row>> {
        return intents_untouched_since(session, before, orphans_at_once);
    };
    co_return co_await context.db.as_service(access::read, std::move(look));
}

// A refresh's stays in its owner's name: who boards waits for what that host may still hold.
auto adopt(oauth_context& context, intent_row seen) -> boost::asio::awaitable<bool> {
    auto take = [&context, seen](sql_session& session) -> result<bool> {
        const auto& owner =
            seen.kind == intent_kind::refresh ? seen.owner : context.options.instance;
        return adopt_intent(session, seen, owner, context.time.now());
    };
    auto adopted = co_await context.db.as_service(access::write, std::move(take));
    co_return adopted.has_value() && *adopted;
}

auto drop(oauth_context& context, intent_row intent, std::string why)
    -> boost::asio::awaitable<void> {
    log(log_level::warn, "exchange not recovered",
        {{log_key::provider, intent.provider.text()}, {log_key::detail, why}});
    auto erase = [&context, intent](sql_session& session) -> result<void> {
        delete_intent(session, intent.id);
        audit_entry entry;
        entry.action = "connection.lost";
        entry.provider = intent.provider;
        entry.outcome = code_of(errc::internal);
        actor by;
        by.org = intent.org;
        by.name = "recovery";
        write_audit(session, context, by, entry);
        return {};
    };
    [[maybe_unused]] auto done =
        co_await context.db.with_org(intent.org, access::write, std::move(erase));
}

// Until the next time nobody is at it.
auto release(oauth_context& context, intent_row intent) -> boost::asio::awaitable<void> {
    auto leave = [&context, id = intent.id](sql_session& session) -> result<void> {
        release_intent(session, id, context.options.instance);
        return {};
    };
    [[maybe_unused]] const auto done =
        co_await context.db.with_org(intent.org, access::write, std::move(leave));
}

auto land_recovered(
    oauth_context& context, intent_row intent, exchange_input input, exchange_progress progress
) -> boost::asio::awaitable<void> {
    const auto began = input.began_at;
    const auto reconnect = input.reconnect;
    const bool confirm = input.confirm;
    auto what = co_await run_exchange(context, std::move(input), std::move(progress));
    if (what.has_error()) {
        auto failure = what.error();
        if (failure.try_again && context.time.now() - began <= longest_try) {
            co_return co_await release(context, std::move(intent));
        }
        if (failure.granted != nullptr) {
            [[maybe_unused]] const auto ended =
                co_await discard(context, *failure.granted, failure.reason.code);
        } else {
            co_await drop(context, std::move(intent), failure.reason.message);
        }
        co_return;
    }
    if (reconnect && *reconnect != what->account) {
        [[maybe_unused]] const auto ended =
            co_await discard(context, std::move(*what), errc::account_mismatch);
        co_return;
    }
    if (confirm) {
        // Its user was never told the code that would complete it.
        [[maybe_unused]] const auto ended =
            co_await discard(context, std::move(*what), errc::invalid_state);
        co_return;
    }
    what->action = "connection.recovered";
    const auto kept = std::make_shared<const landing>(std::move(*what));
    auto landed = co_await land(context, *kept);
    if (landed.has_error() && landed.error().code == errc::invalid_state) {
        [[maybe_unused]] const auto ended = co_await discard(context, *kept, errc::invalid_state);
    }
    if (landed.has_value()) {
        log(log_level::info, "exchange recovered",
            {{log_key::provider, intent.provider.text()}, {log_key::connection, landed->id.text()}}
        );
    }
}

auto recover_exchange(oauth_context& context, intent_row intent) -> boost::asio::awaitable<void> {
    auto left = co_await reopen_exchange(context, intent);
    if (left.has_error() && left.error().code == errc::storage_unavailable) {
        co_return;
    }
    if (left.has_error()) {
        co_return co_await drop(context, std::move(intent), left.error().message);
    }
    left->input.by.name = "recovery";
    co_await land_recovered(
        context, std::move(intent), std::move(left->input), std::move(left->progress)
    );
}

// The flight finds the intent, and replays what it recorded; but only where the grant still waits
// for it, and not before its time: one that failed after its tokens came has its turn.
auto recover_refresh(oauth_context& context, refresher& refresh, intent_row intent)
    -> boost::asio::awaitable<void> {
    auto drop_stale = [intent, now = context.time.now()](sql_session& session) -> result<bool> {
        const auto grant = find_grant(session, *intent.grant);
        const bool stale =
            !grant || grant->state == grant_state::dead || grant->generation != intent.generation;
        if (stale) {
            delete_intent(session, intent.id);
        }
        const bool waits = !stale && grant->failures > 0 && grant->next_refresh_at > now;
        return stale || waits;
    };
    auto settled = co_await context.db.with_org(intent.org, access::write, std::move(drop_stale));
    if (settled.has_error() || *settled) {
        co_return;
    }
    refresh_order order{intent.org, *intent.grant, intent.provider, refresh_reason::ahead};
    order.seen = intent.generation;
    [[maybe_unused]] auto done = co_await refresh.refresh(std::move(order));
}

auto recover(oauth_context& context, refresher& refresh, intent_row intent)
    -> boost::asio::awaitable<void> {
    const bool ours = co_await adopt(context, intent);
    if (ours && intent.kind == intent_kind::exchange) {
        co_await recover_exchange(context, std::move(intent));
    } else if (ours && intent.grant) {
        co_await recover_refresh(context, refresh, std::move(intent));
    }
}

}  // namespace

auto recover_intents(oauth_context& context, refresher& refresh, bool at_start)
    -> boost::asio::awaitable<std::size_t> {
    auto found = co_await orphans(context, at_start);
    if (found.has_error()) {
        co_return 0;
    }
    std::vector<provider_work> all;
    for (auto& intent : *found) {
        provider_work one{intent.provider, {}};
        one.begin = [&context, &refresh, intent = std::move(intent)] {
            return recover(context, refresh, intent);
        };
        all.push_back(std::move(one));
    }
    co_await side_by_provider(std::move(all));
    co_return found->size();
}

}  // namespace tenon::host
