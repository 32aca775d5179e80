#include "oauth/refresh_settle.hpp"

#include "base/log.hpp"
#include "oauth/audit_entry.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/observer.hpp"
#include "oauth/operations.hpp"
#include "oauth/persist.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token_cache.hpp"
#include "store/changes.hpp"
#include "store/connections.hpp"
#include "store/intents.hpp"

namespace tenon::host {
namespace {

// A grant that keeps being called dead is dead, burst or not.
constexpr std::int64_t most_doubts = 3;

auto sealed_token(const refresh_settlement& settle, sealed_column column, const secret& token)
    -> std::optional<std::string> {
    if (token.empty()) {
        return std::nullopt;
    }
    return seal_for(
        settle.context.seal, settle.row.org, settle.row.id.text(), column, token.reveal()
    );
}

auto refresh_end(const refresh_settlement& settle, const granted& tokens, time_point began)
    -> std::optional<time_point> {
    // An answer with no word of it leaves the old refresh token, and its end, as they were.
    return tokens.refresh_token.empty() && !tokens.refresh_expires_at
               ? settle.row.refresh_expires_at
               : refresh_expiry_of(tokens, began, *settle.provider);
}

auto to_values(const refresh_settlement& settle, const granted& tokens, time_point began)
    -> refreshed_grant {
    const auto& context = settle.context;
    refreshed_grant values;
    values.access_token =
        *sealed_token(settle, sealed_column::grant_access_token, tokens.access_token);
    values.refresh_token =
        sealed_token(settle, sealed_column::grant_refresh_token, tokens.refresh_token);
    values.id_token = sealed_token(settle, sealed_column::grant_id_token, tokens.id_token);
    values.key_id = context.seal.current_key_id();
    values.token_type = tokens.token_type.empty() ? settle.row.token_type : tokens.token_type;
    values.scope = tokens.scope.empty() ? settle.row.scope : tokens.scope;
    values.base_url = tokens.base_url.empty() ? settle.row.base_url : tokens.base_url;
    values.issued_at = began;
    values.expires_at = expiry_of(tokens.access_token, tokens.expires_at, began, *settle.provider);
    values.refresh_expires_at = refresh_end(settle, tokens, began);
    values.refresh_not_before = tokens.refresh_not_before;
    auto life = life_of(settle.row, settle.provider.get());
    life.issued_at = began;
    life.expires_at = values.expires_at;
    life.refresh_expires_at = values.refresh_expires_at;
    life.refresh_not_before = values.refresh_not_before;
    values.next_refresh_at = next_refresh(life, random_fraction(context.random));
    return values;
}

auto facts_of(const refresh_settlement& settle, const operation_failure& failure) -> failure_facts {
    failure_facts facts;
    facts.kind = classify(failure);
    if (const auto& policy = settle.provider->about().refresh) {
        facts.rotates = policy->rotates;
        facts.reuse_grace = policy->reuse_grace;
    }
    facts.failures_before = settle.row.failures;
    facts.retry_after = failure.retry_after;
    facts.jitter = random_fraction(settle.context.random);
    return facts;
}

// Our words, for the row, the log and whoever reads the status.
auto words_of(refresh_failure kind, const operation_failure& failure) -> std::string {
    const auto code = failure.code.empty() ? std::string() : ": " + failure.code;
    switch (kind) {
        case refresh_failure::not_sent: return "the provider could not be reached";
        case refresh_failure::ambiguous: return "the provider's answer was lost";
        case refresh_failure::transient: return "the provider asked to try later" + code;
        case refresh_failure::revoked: return "the provider ended the grant" + code;
        case refresh_failure::misconfigured: return "the provider refused the client" + code;
        case refresh_failure::broken: return "the provider's answer made no sense" + code;
    }
    return {};
}

void alarm(const refresh_settlement& settle, std::string_view reason) {
    settle.context.observer.provider_alarm(settle.row.provider.text(), reason);
    log(log_level::error, "provider misconfigured",
        {{log_key::provider, settle.row.provider.text()}, {log_key::detail, reason}});
}

// What the provider called dead may be the client's fault, not the grant's.
auto doubted(const refresh_settlement& settle, failure_facts facts) -> failure_facts {
    if (facts.kind != refresh_failure::revoked) {
        if (facts.kind == refresh_failure::misconfigured) {
            alarm(settle, "the provider refused the client id or secret");
        }
        return facts;
    }
    const bool burst =
        settle.watch.note_revoked(settle.row.provider, settle.row.id, settle.context.time.now());
    if (burst && settle.row.failures < most_doubts) {
        alarm(
            settle, "many grants were called dead within a minute: check the client id and secret"
        );
        facts.kind = refresh_failure::misconfigured;
    }
    return facts;
}

// Dead: said once to each connection, in the audit log and to other hosts.
auto bury(sql_session& session, const refresh_settlement& settle, const std::string& reason)
    -> std::size_t {
    const auto& context = settle.context;
    const auto now = context.time.now();
    const auto expired = set_state_of_connections_of_grant(
        session, settle.row.id, connection_state::expired, reason, now
    );
    append_change(session, change_kind::grant, settle.row.id.text(), now);
    for (const auto& connection : expired) {
        append_change(session, change_kind::connection, connection.text(), now);
        audit_entry entry;
        entry.action = "connection.expired";
        entry.provider = settle.row.provider;
        entry.connection = connection;
        entry.outcome = code_of(errc::reconnect_required);
        actor by;
        by.org = settle.row.org;
        by.name = "refresh";
        write_audit(session, context, by, entry);
    }
    return expired.size();
}

struct written_failure {
    bool moved = false;  // a newer generation was there
    grant_row row;
    std::size_t expired = 0;
};

auto write_failure(
    sql_session& session, const refresh_settlement& settle, const after_failure& after,
    const std::string& words
) -> result<written_failure> {
    const auto& context = settle.context;
    const auto now = context.time.now();
    const auto& id = settle.row.id;
    const auto generation = settle.row.generation;
    written_failure written;
    const bool ours =
        after.dead ? mark_grant_dead(session, id, generation, words, now)
                   : record_grant_failure(session, id, generation, words, after.try_again, now);
    written.moved = !ours;
    if (ours && after.dead) {
        written.expired = bury(session, settle, words);
    }
    delete_intent(session, settle.intent);
    auto row = find_grant(session, id);
    if (!row) {
        return fail(errc::not_found, "the connection is gone");
    }
    written.row = std::move(*row);
    return written;
}

auto told(
    const refresh_settlement& settle, const operation_failure& failure, const failure_facts& facts,
    const after_failure& after
) -> error {
    auto reason = to_error(failure, settle.row.provider.text());
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
    if (facts.kind == refresh_failure::ambiguous && reason.code != errc::provider_timeout) {
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
    -> boost::asio::awaitable<result<grant_row>> {
    auto& context = settle.context;
    const auto values = to_values(settle, tokens, began);
    auto commit = [values, id = settle.row.id, generation = settle.row.generation,
                   intent = settle.intent,
                   now = context.time.now()](sql_session& session) -> result<grant_row> {
        // False where the user connected anew meanwhile: those tokens are the newer ones.
        [[maybe_unused]] const bool committed =
            commit_refresh(session, id, generation, values, now);
        delete_intent(session, intent);
        auto row = find_grant(session, id);
        if (!row) {
            return fail(errc::not_found, "the connection is gone");
        }
        return std::move(*row);
    };
    auto row = co_await persist(context, settle.row.org, std::move(commit));
    if (row.has_value()) {
        context.cache.renew(to_cached(*row, settle.provider.get()));
        settle.watch.note_success(settle.row.provider);
        log(log_level::debug, "grant refreshed",
            {{log_key::grant, row->id.text()},
             {log_key::provider, row->provider.text()},
             {log_key::generation, row->generation}});
    }
    co_return row;
}

auto settle_failure(refresh_settlement settle, operation_failure failure)
    -> boost::asio::awaitable<result<grant_row>> {
    auto& context = settle.context;
    const auto facts = doubted(settle, facts_of(settle, failure));
    const auto life = life_of(settle.row, settle.provider.get());
    const auto after = judge_failure(life, facts, context.time.now());
    const auto words = words_of(facts.kind, failure);
    auto write = [settle, after, words](sql_session& session) -> result<written_failure> {
        return write_failure(session, settle, after, words);
    };
    auto written = co_await persist(context, settle.row.org, std::move(write));
    if (written.has_error()) {
        co_return written.error();
    }
    if (written->moved && written->row.state == grant_state::live) {
        co_return std::move(written->row);  // somebody renewed it meanwhile: the new token serves
    }
    if (after.dead) {
        context.cache.forget(settle.row.id);
    }
    if (written->expired > 0) {
        context.observer.connection_expired(settle.row.provider.text(), words);
    }
    co_return told(settle, failure, facts, after);
}

auto cut_off_failure() -> operation_failure {
    operation_failure failure;
    failure.category = failure_category::unavailable;
    failure.code = "cut_off";
    failure.message = "the host stopped while the provider was asked";
    failure.outcome = transport::reset;
    failure.sent = request_sent::maybe;
    failure.grant_reply_pending = true;
    return failure;
}

}  // namespace tenon::host
