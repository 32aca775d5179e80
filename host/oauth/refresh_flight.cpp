#include "oauth/refresh_flight.hpp"

#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/exchange.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/intents.hpp"
#include "oauth/landing.hpp"
#include "oauth/observer.hpp"
#include "oauth/operations.hpp"
#include "oauth/persist.hpp"
#include "oauth/refresh_settle.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/intents.hpp"

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::host {
namespace {

// Somebody else's lease is waited for this long at a time.
constexpr milliseconds lease_poll{250};

// How a flight begins.
struct boarding {
    enum class kind {
        ours,   // lease and intent are written: go on
        moved,  // a newer generation is there already
        taken,  // another host holds the lease
    } state = kind::ours;
    grant_row row;
    std::string intent;
    std::vector<intent_reply> recorded;
    bool cut_off = false;  // an earlier run sent the request and recorded nothing
};

auto dead_error(const grant_row& row) -> error {
    return fail(
        errc::reconnect_required, "the provider no longer accepts this grant (" + row.last_failure +
                                      "); connect the account again"
    );
}

// Adopts what an earlier run of the same generation left, or begins a new intent.
void begin_intent(sql_session& session, const oauth_context& context, boarding& on) {
    const auto now = context.time.now();
    for (const auto& left : intents_of_grant(session, on.row.id)) {
        auto replies = replies_of_intent(session, left.id);
        const bool same = left.generation == on.row.generation;
        if (same && !replies.empty() && on.recorded.empty()) {
            on.intent = left.id;
            on.recorded = std::move(replies);
            continue;
        }
        on.cut_off = on.cut_off || same;
        delete_intent(session, left.id);
    }
    if (!on.intent.empty()) {
        on.cut_off = false;
        return;
    }
    intent_row row;
    row.id = make_uuid(context.time, context.random);
    row.kind = intent_kind::refresh;
    row.provider = on.row.provider;
    row.grant = on.row.id;
    row.generation = on.row.generation;
    row.sealed = seal_for(context.seal, session.org(), row.id, sealed_column::intent, "{}");
    row.owner = context.options.instance;
    row.created_at = row.updated_at = now;
    insert_intent(session, row);
    on.intent = row.id;
}

auto board(sql_session& session, const oauth_context& context, const refresh_order& order)
    -> result<boarding> {
    boarding on;
    const auto now = context.time.now();
    auto before = find_grant(session, order.grant);
    if (!before) {
        return fail(errc::not_found, "the grant is gone");
    }
    if (before->state == grant_state::dead) {
        return dead_error(*before);
    }
    if (order.reason != refresh_reason::asked && order.seen != 0 &&
        before->generation > order.seen) {
        on.state = boarding::kind::moved;
        on.row = std::move(*before);
        return on;
    }
    auto leased = take_grant_lease(
        session, order.grant, context.options.instance, now + context.options.lease, now
    );
    if (!leased) {
        on.state = boarding::kind::taken;
        on.row = std::move(*before);
        return on;
    }
    on.row = std::move(*leased);
    begin_intent(session, context, on);
    return on;
}

auto refresh_request(oauth_context& context, const boarding& on) -> result<operation_request> {
    const auto& row = on.row;
    const auto& org = row.org;
    operation_request request;
    request.kind = operation_kind::refresh;
    request.params = {{"scope", row.scope}, {"account_id", row.account.text()}};
    request.connect = params_from_json(row.connect_params);
    request.slot = plugin_slot(row.slot);
    request.client_id = row.client_id;
    request.deadline = context.options.operation_deadline;
    auto access_token = open_from(
        context.seal, org, row.id.text(), sealed_column::grant_access_token, row.access_token
    );
    if (access_token.has_error()) {
        return access_token.error();
    }
    request.secrets.access_token = std::move(*access_token);
    if (row.refresh_token) {
        auto refresh_token = open_from(
            context.seal, org, row.id.text(), sealed_column::grant_refresh_token, *row.refresh_token
        );
        if (refresh_token.has_error()) {
            return refresh_token.error();
        }
        request.secrets.refresh_token = std::move(*refresh_token);
    }
    const intent_ref ref{org, on.intent};
    auto recorded = open_replies(context.seal, ref, on.recorded);
    if (recorded.has_error()) {
        return recorded.error();
    }
    request.recorded = std::move(*recorded);
    request.sink = make_reply_sink(context, ref, std::nullopt);
    return request;
}

// Another host refreshes it: wait until it is through, for as long as its lease may last.
auto board_when_free(oauth_context& context, refresh_order order)
    -> boost::asio::awaitable<result<boarding>> {
    boost::asio::steady_timer pause(co_await boost::asio::this_coro::executor);
    const auto give_up = context.time.now() + context.options.lease;
    std::int64_t generation = 0;
    for (;;) {
        auto attempt = [&context, order](sql_session& session) -> result<boarding> {
            return board(session, context, order);
        };
        auto on = co_await context.db.with_org(order.org, access::write, std::move(attempt));
        if (on.has_error() || on->state != boarding::kind::taken) {
            co_return on;
        }
        if (generation != 0 && on->row.generation != generation) {
            on->state = boarding::kind::moved;
            co_return on;
        }
        generation = on->row.generation;
        if (context.time.now() > give_up) {
            auto busy = fail(
                errc::provider_unavailable,
                "another host has been refreshing this token for too long"
            );
            busy.retry_after = std::chrono::seconds(5);
            co_return busy;
        }
        pause.expires_after(lease_poll);
        co_await pause.async_wait(boost::asio::use_awaitable);
    }
}

auto give_back(oauth_context& context, boarding on) -> boost::asio::awaitable<void> {
    auto release = [&context, id = on.row.id,
                    intent = on.intent](sql_session& session) -> result<void> {
        delete_intent(session, intent);
        release_grant_lease(session, id, context.options.instance);
        return {};
    };
    // What can't be given back ends with its lease.
    [[maybe_unused]] auto done =
        co_await context.db.with_org(on.row.org, access::write, std::move(release));
}

auto not_renewable(const grant_row& row) -> error {
    if (row.refresh_token) {
        return fail(
            errc::unsupported_by_provider,
            "this token can't be refreshed now: the provider does not allow it yet, or its refresh "
            "token has lapsed"
        );
    }
    return fail(
        errc::unsupported_by_provider,
        "this token has no refresh token: it lives until the provider ends it"
    );
}

auto spared(const grant_life& life, time_point now) -> error {
    auto reason = fail(
        errc::provider_unavailable,
        "the last refresh was cut off, and asking again could end the grant: it is tried when the "
        "token expires"
    );
    reason.retry_after = std::chrono::ceil<std::chrono::seconds>(*life.expires_at - now);
    return reason;
}

}  // namespace

auto fly_refresh(oauth_context& context, revocation_watch& watch, refresh_order order)
    -> boost::asio::awaitable<result<grant_row>> {
    auto boarded = co_await board_when_free(context, order);
    if (boarded.has_error()) {
        co_return boarded.error();
    }
    boarding on = std::move(*boarded);
    if (on.state == boarding::kind::moved) {
        co_return std::move(on.row);
    }
    auto provider = co_await context.providers.acquire(on.row.provider.text());
    if (provider.has_error()) {
        co_await give_back(context, std::move(on));
        co_return provider.error();
    }
    const refresh_settlement settle{context, watch, *provider, on.row, on.intent};
    const auto life = life_of(on.row, provider->get());
    const auto now = context.time.now();
    const bool alive = life.expires_at && *life.expires_at > now;
    if (on.cut_off && alive && (*provider)->about().refresh &&
        (*provider)->about().refresh->rotates) {
        co_return co_await settle_failure(settle, cut_off_failure());
    }
    if (on.recorded.empty() && is_spared(life, on.row.failures, on.row.next_refresh_at, now)) {
        const auto reason = spared(life, now);
        co_await give_back(context, std::move(on));
        co_return reason;
    }
    if (on.recorded.empty() && !may_refresh(life, now)) {
        const auto reason = not_renewable(on.row);
        co_await give_back(context, std::move(on));
        co_return reason;
    }
    auto request = refresh_request(context, on);
    if (request.has_error()) {
        co_await give_back(context, std::move(on));
        co_return request.error();
    }
    auto outcome = co_await perform(context, *provider, std::move(*request));
    if (outcome.has_error()) {
        co_return co_await settle_failure(settle, outcome.error());
    }
    co_return co_await settle_success(settle, std::move(outcome->grants.front()), now);
}

}  // namespace tenon::host
