#include "oauth/refresh_flight.hpp"

#include "oauth/exchange.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/intents.hpp"
#include "oauth/landing.hpp"
#include "oauth/operations.hpp"
#include "oauth/refresh_hold.hpp"
#include "oauth/refresh_settle.hpp"
#include "oauth/renewed_tokens.hpp"
#include "provider/grant_reply.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto refresh_request(oauth_context& context, const boarding& on, overdue_listener overdue)
    -> result<operation_request> {
    const auto& row = *on.row;
    operation_request request;
    request.kind = operation_kind::refresh;
    request.params = {{"scope", row.scope}, {"account_id", row.account.text()}};
    if (!row.base_url.empty()) {
        request.params.emplace_back("base_url", row.base_url);
    }
    request.connect = params_from_json(row.connect_params);
    request.slot = plugin_slot(row.slot);
    request.client_id = row.client_id;
    // Behind the end of its lease the grant may be another host's.
    request.deadline =
        std::min(context.options.operation_deadline, *row.lease_until - context.time.now());
    auto secrets = open_secrets(context.seal, row);
    if (secrets.has_error()) {
        return secrets.error();
    }
    request.secrets = std::move(*secrets);
    const intent_ref ref{row.org, on.intent};
    auto recorded = open_replies(context.seal, ref, on.recorded);
    if (recorded.has_error()) {
        return recorded.error();
    }
    request.recorded = std::move(*recorded);
    const auto begun = on.cut_off_at.value_or(context.time.now());
    request.sink =
        make_refresh_sink(context, intent_of(context, row, on.intent, begun), std::move(overdue));
    return request;
}

auto facts_of(const boarding& on, const refresh_order& order, const provider_instance& provider)
    -> departure_facts {
    departure_facts facts;
    facts.waited_for = order.reason != refresh_reason::ahead;
    facts.refused = order.reason == refresh_reason::refused;
    if (const auto& policy = provider.about().refresh) {
        facts.by_access_token = policy->by_access_token;
        facts.rotates = policy->rotates;
        facts.reuse_grace = policy->reuse_grace;
    }
    facts.cut_off_at = on.cut_off_at;
    facts.failures = on.row->failures;
    facts.next_refresh_at = on.row->next_refresh_at;
    return facts;
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

auto spared(const grant_row& row, time_point now) -> error {
    auto reason = fail(
        errc::provider_unavailable,
        "the last refresh was cut off, and asking again could end the grant: it is tried when the "
        "token expires"
    );
    reason.retry_after = std::chrono::ceil<std::chrono::seconds>(*row.expires_at - now);
    return reason;
}

using answer_listener = std::function<void()>;

void tell(const answer_listener& answered) {
    if (answered) {
        answered();
    }
}

// Tokens that an ID token came with, which is to say whose they are: the provider may be asked for
// its keys.
auto settle_identified(
    refresh_settlement settle, granted tokens, time_point began, answer_listener answered
) -> boost::asio::awaitable<result<shared_grant>> {
    auto checking =
        check_renewed(settle.context, settle.provider, settle.row, std::move(tokens), began);
    auto checked = co_await std::move(checking);
    tell(answered);
    auto writing = checked.has_error()
                       ? settle_failure(std::move(settle), checked.error())
                       : settle_success(std::move(settle), std::move(*checked), began);
    co_return co_await std::move(writing);
}

// What is written of the operation's end.
auto write_end(
    refresh_settlement settle, operation_result outcome, time_point began, answer_listener answered
) -> boost::asio::awaitable<result<shared_grant>> {
    if (outcome.has_value() && !outcome->grants.front().id_token.empty()) {
        return settle_identified(
            std::move(settle), std::move(outcome->grants.front()), began, std::move(answered)
        );
    }
    tell(answered);
    return outcome.has_error()
               ? settle_failure(std::move(settle), outcome.error())
               : settle_success(std::move(settle), std::move(outcome->grants.front()), began);
}

auto turned_back(oauth_context& context, unsent_intents& unsent, boarding on, error reason)
    -> boost::asio::awaitable<result<shared_grant>> {
    co_await give_back(context, unsent, std::move(on));
    co_return reason;
}

using operation = boost::asio::awaitable<operation_result>;

// Who is told what while it lasts.
struct flight_listeners {
    overdue_listener overdue;
    answer_listener answered;
};

// What a refresh waits in: nothing is kept here but what the end is written with.
auto await_end(
    refresh_settlement settle, operation running, time_point began, answer_listener answered
) -> boost::asio::awaitable<result<shared_grant>> {
    auto outcome = co_await std::move(running);
    auto writing = write_end(std::move(settle), std::move(outcome), began, std::move(answered));
    co_return co_await std::move(writing);
}

auto carry_out(
    unsent_intents& unsent, refresh_settlement settle, boarding on, flight_listeners listeners
) -> boost::asio::awaitable<result<shared_grant>> {
    auto& context = settle.context;
    auto request = refresh_request(context, on, std::move(listeners.overdue));
    if (request.has_error()) {
        return turned_back(context, unsent, std::move(on), request.error());
    }
    if (const auto wait = held_back(context, *settle.provider, *request)) {
        return put_off(context, unsent, std::move(on), *wait);
    }
    // What is replayed was issued when it was recorded.
    const bool replays = !request->recorded.empty();
    const auto began = replays ? request->recorded.begin()->second.began_at : context.time.now();
    auto running = perform(context, settle.provider, std::move(*request));
    return await_end(std::move(settle), std::move(running), began, std::move(listeners.answered));
}

// Where a refresh goes that holds lease and intent.
auto depart(
    unsent_intents& unsent, refresh_settlement settle, boarding on, departure way,
    flight_listeners listeners
) -> boost::asio::awaitable<result<shared_grant>> {
    auto& context = settle.context;
    switch (way) {
        case departure::go: break;
        case departure::cut_off: return settle_failure(std::move(settle), cut_off_failure());
        case departure::lapsed: return settle_lapse(std::move(settle));
        case departure::spared: {
            auto reason = spared(*on.row, context.time.now());
            return turned_back(context, unsent, std::move(on), std::move(reason));
        }
        case departure::not_now: {
            auto reason = not_renewable(*on.row);
            return turned_back(context, unsent, std::move(on), std::move(reason));
        }
    }
    return carry_out(unsent, std::move(settle), std::move(on), std::move(listeners));
}

// The host stood still between the lease and this moment: others may be at it already.
auto is_late(const oauth_context& context, const boarding& on) -> bool {
    return on.state == boarding::kind::ours && *on.row->lease_until <= context.time.now();
}

// What is left of the lease is the operation's: cut off, it could end the grant.
auto leaves_time(const oauth_context& context, const boarding& on) -> bool {
    return *on.row->lease_until - context.time.now() >= context.options.operation_deadline;
}

// What was claimed for it, if nobody has boarded since.
auto claimed_boarding(unsent_intents& unsent, const refresh_order& order)
    -> std::optional<boarding> {
    if (!order.aboard || !unsent.depart(order.grant, order.aboard->intent)) {
        return std::nullopt;
    }
    return *order.aboard;
}

// Boards until there is a lease to go with.
auto board_in_time(oauth_context& context, unsent_intents& unsent, refresh_order order)
    -> boost::asio::awaitable<result<boarding>> {
    if (auto claimed = claimed_boarding(unsent, order)) {
        if (leaves_time(context, *claimed)) {
            co_return std::move(*claimed);
        }
        co_await give_back(context, unsent, std::move(*claimed));
    }
    for (;;) {
        auto boarding_now = board(context, unsent, order);
        auto boarded = co_await std::move(boarding_now);
        if (boarded.has_error() || !is_late(context, *boarded)) {
            co_return boarded;
        }
        co_await give_back(context, unsent, std::move(*boarded));
    }
}

// Where an earlier run was refused, and the refusal leaves open what the provider did with the
// refresh token, that run is one whose answer was lost. Its replies are not replayed: a run that
// found nothing but refusals begins anew.
void forget_unclear_refusal(const oauth_context& context, boarding& on) {
    const auto replies = open_replies(context.seal, {on.row->org, on.intent}, on.recorded);
    if (replies.has_error() || replies->empty()) {
        return;  // what can't be opened is told when it is to be replayed
    }
    const bool granted = std::ranges::any_of(*replies, [](const auto& one) {
        return is_success(one.second.response);
    });
    if (!granted && is_unclear(replies->rbegin()->second.response)) {
        on.cut_off_at = replies->begin()->second.began_at;
        on.recorded.clear();
    }
}

auto judge(
    const oauth_context& context, const boarding& on, const refresh_order& order,
    const provider_instance& provider
) -> departure {
    if (!on.recorded.empty()) {
        return departure::go;
    }
    const auto facts = facts_of(on, order, provider);
    return judge_departure(life_of(*on.row, &provider), facts, context.time.now());
}

}  // namespace

auto fly_refresh(
    oauth_context& context, unsent_intents& unsent, refresh_order order, overdue_listener overdue
) -> boost::asio::awaitable<result<shared_grant>> {
    auto acquiring = context.providers.acquire(order.provider.text());
    auto provider = co_await std::move(acquiring);
    if (provider.has_error()) {
        if (auto claimed = claimed_boarding(unsent, order)) {
            co_await give_back(context, unsent, std::move(*claimed));
        }
        co_return provider.error();
    }
    auto boarding_now = board_in_time(context, unsent, order);
    auto boarded = co_await std::move(boarding_now);
    if (boarded.has_error()) {
        co_return boarded.error();
    }
    if (boarded->state == boarding::kind::moved) {
        co_return std::move(boarded->row);
    }
    forget_unclear_refusal(context, *boarded);
    const auto way = judge(context, *boarded, order, **provider);
    refresh_settlement settle{context, std::move(*provider), boarded->row, boarded->intent};
    flight_listeners listeners{std::move(overdue), std::move(order.answered)};
    auto rest = depart(unsent, std::move(settle), std::move(*boarded), way, std::move(listeners));
    co_return co_await std::move(rest);
}

}  // namespace tenon::host
