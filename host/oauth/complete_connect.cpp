#include "oauth/complete_connect.hpp"

#include "oauth/apart.hpp"
#include "oauth/discarding.hpp"
#include "oauth/park.hpp"
#include "oauth/redirect_outcome.hpp"
#include "store/database.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

// It yielded nothing: for good, or it is left to recovery, which need not wait.
auto leave_intent(oauth_context& context, org_id org, std::string intent, bool for_good)
    -> boost::asio::awaitable<void> {
    auto leave = [intent, for_good,
                  own = context.options.instance](sql_session& session) -> result<void> {
        if (for_good) {
            delete_intent(session, intent);
        } else {
            release_intent(session, intent, own);
        }
        return {};
    };
    // If that can't be done now, recovery will find it, replay what was recorded and come to the
    // same failure.
    [[maybe_unused]] auto done = co_await context.db.with_org(org, access::write, std::move(leave));
}

auto store(oauth_context& context, const pending_connect_row& flow, landing what)
    -> boost::asio::awaitable<result<std::string>> {
    if (flow.confirm) {
        auto confirmation = co_await park(context, std::move(what));
        if (confirmation.has_error()) {
            co_return confirmation.error();
        }
        co_return confirm_location(flow.redirect_url, flow.provider, *confirmation);
    }
    auto landed = co_await land(context, std::move(what));
    if (landed.has_error()) {
        co_return landed.error();
    }
    co_return connected_location(flow.redirect_url, flow.provider, landed->account, landed->id);
}

// Exchanges and lands, or parks; the location for the browser.
auto complete(oauth_context& context, pending_connect_row flow, exchange_input input)
    -> boost::asio::awaitable<result<std::string>> {
    const auto org = flow.org;
    exchange_progress progress;
    progress.intent = make_uuid(context.time, context.random);
    const std::string intent = progress.intent;
    auto exchanged = co_await run_exchange(context, std::move(input), std::move(progress));
    if (exchanged.has_error()) {
        auto failure = exchanged.error();
        if (!failure.try_again && failure.granted != nullptr) {
            [[maybe_unused]] const auto ended =
                co_await discard(context, *failure.granted, failure.reason.code);
        } else {
            co_await leave_intent(context, org, intent, !failure.try_again);
        }
        co_return std::move(failure.reason);
    }
    if (flow.reconnect && *flow.reconnect != exchanged->account) {
        [[maybe_unused]] const auto ended =
            co_await discard(context, std::move(*exchanged), errc::account_mismatch);
        co_return fail(
            errc::account_mismatch, "another account was connected than the one to reconnect"
        );
    }
    const auto kept = std::make_shared<const landing>(std::move(*exchanged));
    auto location = co_await store(context, flow, *kept);
    if (location.has_error() && location.error().code == errc::invalid_state) {
        [[maybe_unused]] const auto ended = co_await discard(context, *kept, errc::invalid_state);
    }
    co_return location;
}

}  // namespace

auto complete_connect(oauth_context& context, pending_connect_row flow, exchange_input input)
    -> boost::asio::awaitable<result<std::string>> {
    auto work = [&context, flow = std::move(flow), input = std::move(input)] {
        return complete(context, flow, input);
    };
    return run_apart<result<std::string>>(context, std::move(work));
}

}  // namespace tenon::host
