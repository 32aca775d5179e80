#include "oauth/refresh_settle.hpp"

#include "base/log.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/observer.hpp"
#include "oauth/operations.hpp"
#include "oauth/owing.hpp"
#include "oauth/persist.hpp"
#include "oauth/refresh_burial.hpp"
#include "oauth/refresh_words.hpp"
#include "oauth/refreshed_values.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

constexpr std::string_view cut_off = "cut_off";

auto facts_of(const refresh_settlement& settle, const operation_failure& failure) -> failure_facts {
    failure_facts facts;
    facts.kind = classify(failure);
    facts.holds_grant = failure.holds_grant;
    if (const auto& policy = settle.provider->about().refresh) {
        facts.rotates = policy->rotates;
        // Of a run that was cut off the grace is over: within it, it would have gone on.
        facts.reuse_grace = failure.code == cut_off ? milliseconds(0) : policy->reuse_grace;
    }
    facts.failures_before = settle.row->failures;
    facts.retry_after = failure.retry_after;
    facts.jitter = random_fraction(settle.context.random);
    return facts;
}

void alarm(const refresh_settlement& settle, alarm_cause cause, std::string_view reason) {
    settle.context.observer.provider_alarm(settle.row->provider.text(), cause);
    log(log_level::error, "provider misconfigured",
        {{log_key::provider, settle.row->provider.text()}, {log_key::detail, reason}});
}

// What the provider called dead may be the client's fault, not the grant's.
auto doubted(const refresh_settlement& settle, failure_facts facts) -> failure_facts {
    if (facts.kind != refresh_failure::revoked) {
        if (facts.kind == refresh_failure::misconfigured) {
            alarm(
                settle, alarm_cause::client_refused, "the provider refused the client id or secret"
            );
        }
        return facts;
    }
    const auto now = settle.context.time.now();
    const auto& row = *settle.row;
    const bool burst =
        settle.context.watch.note_revoked(row.provider, row.id, now, row.refused_since.has_value());
    if (burst && is_doubted(row.refused_since, now)) {
        alarm(
            settle, alarm_cause::refusals,
            "many grants were called dead within a minute: check the client id and secret"
        );
        facts.kind = refresh_failure::misconfigured;
    }
    return facts;
}

struct written_failure {
    shared_grant row;                    // as it is now; empty: it is gone
    std::optional<std::size_t> expired;  // how many connections did, where it was buried
};

// As it is now; empty: it is gone.
auto look_again(sql_session& session, const grant_id& id) -> shared_grant {
    auto row = find_grant(session, id);
    return row ? std::make_shared<const grant_row>(std::move(*row)) : nullptr;
}

// The intent goes, unless it holds tokens that the next attempt goes on from.
auto write_failure(
    sql_session& session, const refresh_settlement& settle, const after_failure& after,
    const grant_failure& what, expiry_cause cause
) -> written_failure {
    const auto& context = settle.context;
    const auto& row = *settle.row;
    written_failure written;
    if (after.dead) {
        written.expired = bury(session, context, row, {cause, what.words});
    } else {
        // False where the generation moved: then there is nothing to note of it.
        [[maybe_unused]] const bool noted = record_grant_failure(
            session, row.id, row.generation, what, after.try_again, context.time.now()
        );
    }
    if (!after.keeps_record) {
        delete_intent(session, settle.intent);
    }
    written.row = look_again(session, row.id);
    return written;
}

// Where nobody has the grant any more, nobody is to have its tokens either.
auto store_renewed(
    sql_session& session, const refresh_settlement& settle, const refreshed_grant& values,
    const granted& tokens
) -> shared_grant {
    const auto& context = settle.context;
    const auto& row = *settle.row;
    auto renewed = commit_renewed(session, context, row, values);
    if (renewed && !context.options.sole_owner) {
        append_change(
            session, change_kind::grant, row.id.text(), context.time.now(), row.generation + 1
        );
    }
    delete_intent(session, settle.intent);
    if (renewed) {
        return std::make_shared<const grant_row>(std::move(*renewed));
    }
    auto stands = look_again(session, row.id);
    if (!stands) {
        owe_late(session, context, *settle.provider, row, tokens);
    }
    return stands;
}

auto gone() -> error {
    return fail(errc::not_found, "the connection is gone");
}

auto told(
    const refresh_settlement& settle, const operation_failure& failure, const failure_facts& facts,
    const after_failure& after
) -> error {
    auto reason = to_error(failure, settle.row->provider.text());
    if (after.dead) {
        return fail(
            errc::reconnect_required, "the provider ended the grant; connect the account again"
        );
    }
    if (facts.kind == refresh_failure::misconfigured) {
        reason = fail(
            errc::provider_misconfigured,
            "the provider refuses this client; the operator must check its id and secret"
        );
    }
    if (facts.kind == refresh_failure::ambiguous && failure.outcome != transport::ok &&
        reason.code != errc::provider_timeout) {
        reason.code = errc::provider_unavailable;
    }
    if (after.try_again && !reason.retry_after) {
        const auto wait = *after.try_again - settle.context.time.now();
        reason.retry_after =
            std::max(std::chrono::seconds(1), std::chrono::ceil<std::chrono::seconds>(wait));
    }
    return reason;
}

}  // namespace

auto settle_success(refresh_settlement settle, granted tokens, time_point began)
    -> boost::asio::awaitable<result<shared_grant>> {
    auto& context = settle.context;
    auto values = std::make_shared<const refreshed_grant>(refreshed_values(settle, tokens, began));
    auto commit = [settle, values = std::move(values),
                   tokens = std::make_shared<const granted>(std::move(tokens))](sql_session& session
                  ) -> result<shared_grant> {
        return store_renewed(session, settle, *values, *tokens);
    };
    auto written = co_await persist(context, settle.row->org, std::move(commit));
    if (written.has_error()) {
        co_return written.error();
    }
    settle.context.watch.note_success(settle.row->provider);
    if (!*written) {
        co_return gone();
    }
    const auto& row = **written;
    context.cache.renew(to_cached(row, settle.provider.get()));
    log(log_level::debug, "grant refreshed",
        {{log_key::grant, row.id.text()},
         {log_key::provider, row.provider.text()},
         {log_key::generation, row.generation}});
    co_return std::move(*written);
}

auto settle_failure(refresh_settlement settle, operation_failure failure)
    -> boost::asio::awaitable<result<shared_grant>> {
    auto& context = settle.context;
    const auto facts = doubted(settle, facts_of(settle, failure));
    const auto life = life_of(*settle.row, settle.provider.get());
    const auto after = judge_failure(life, facts, context.time.now());
    const auto reason = told(settle, failure, facts, after);
    grant_failure what{words_of(facts.kind, failure), std::string(code_of(reason.code))};
    what.owner = context.options.instance;  // it may be late, and the lease another host's
    if (classify(failure) == refresh_failure::revoked) {
        what.refused_at = context.time.now();
    }
    auto write = [settle, after, what](sql_session& session) -> result<written_failure> {
        return write_failure(session, settle, after, what, expiry_cause::revoked);
    };
    auto written = co_await persist(context, settle.row->org, std::move(write));
    if (written.has_error()) {
        co_return written.error();
    }
    if (!written->row) {
        co_return gone();
    }
    if (written->row->generation != settle.row->generation &&
        written->row->state == grant_state::live) {
        co_return std::move(written->row);  // somebody renewed it meanwhile: the new token serves
    }
    if (after.dead) {
        mourn(context, *settle.row, written->expired.value_or(0), expiry_cause::revoked);
    }
    co_return reason;
}

auto settle_lapse(refresh_settlement settle) -> boost::asio::awaitable<result<shared_grant>> {
    after_failure dead;
    dead.dead = true;
    const std::string words = "the token has ended, and nothing can renew it";
    auto write = [settle, dead, words](sql_session& session) -> result<written_failure> {
        return write_failure(session, settle, dead, {words, {}}, expiry_cause::lapsed);
    };
    auto written = co_await persist(settle.context, settle.row->org, std::move(write));
    if (written.has_error()) {
        co_return written.error();
    }
    if (!written->row) {
        co_return gone();
    }
    if (!written->expired && written->row->state == grant_state::live) {
        co_return std::move(written->row);
    }
    mourn(settle.context, *settle.row, written->expired.value_or(0), expiry_cause::lapsed);
    co_return fail(errc::reconnect_required, words + "; connect the account again");
}

auto cut_off_failure() -> operation_failure {
    operation_failure failure;
    failure.category = failure_category::unavailable;
    failure.code = cut_off;
    failure.message = "the host stopped while the provider was asked";
    failure.outcome = transport::reset;
    failure.sent = request_sent::maybe;
    failure.grant_reply_pending = true;
    return failure;
}

}  // namespace tenon::host
