#include "oauth/refreshed_values.hpp"

#include "oauth/decisions.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/sealing.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

// The scheduler refreshes a grant no more often than this, however short its tokens live: who reads
// one gets a fresh one.
constexpr std::chrono::seconds least_interval{30};

auto sealed_token(const refresh_settlement& settle, sealed_column column, const secret& token)
    -> std::optional<std::string> {
    if (token.empty()) {
        return std::nullopt;
    }
    return seal_for(
        settle.context.seal, settle.row->org, settle.row->id.text(), column, token.reveal()
    );
}

auto refresh_end(const refresh_settlement& settle, const granted& tokens, time_point began)
    -> std::optional<time_point> {
    // An answer with no word of it leaves the old refresh token, and its end, as they were.
    const auto end = tokens.refresh_token.empty() && !tokens.refresh_expires_at
                         ? settle.row->refresh_expires_at
                         : refresh_expiry_of(tokens, began, *settle.provider);
    return within_lifetime(end, settle.row->authorized_at, *settle.provider);
}

// A token that had ended when it came: stored, for its refresh token may be the only good one, but
// a failure all the same.
void note_stillborn(refreshed_grant& values, const refresh_settlement& settle, grant_life life) {
    const auto now = settle.context.time.now();
    failure_facts facts;
    facts.kind = refresh_failure::broken;
    facts.failures_before = settle.row->failures;
    facts.jitter = random_fraction(settle.context.random);
    values.next_refresh_at = judge_failure(life, facts, now).try_again;
    values.failures = settle.row->failures + 1;
    values.last_failure = "the provider answered with a token that has expired already";
    values.failure_code = code_of(errc::provider_error);
}

}  // namespace

auto refreshed_values(const refresh_settlement& settle, const granted& tokens, time_point began)
    -> refreshed_grant {
    const auto& context = settle.context;
    refreshed_grant values;
    values.access_token =
        *sealed_token(settle, sealed_column::grant_access_token, tokens.access_token);
    values.refresh_token =
        sealed_token(settle, sealed_column::grant_refresh_token, tokens.refresh_token);
    values.id_token = sealed_token(settle, sealed_column::grant_id_token, tokens.id_token);
    values.key_id = context.seal.current_key_id();
    values.token_type = tokens.token_type.empty() ? settle.row->token_type : tokens.token_type;
    values.scope = tokens.scope.empty() ? settle.row->scope : tokens.scope;
    values.base_url = tokens.base_url.empty() ? settle.row->base_url : tokens.base_url;
    values.issued_at = began;
    auto life = life_of(*settle.row, settle.provider.get());
    values.expires_at = expiry_of(tokens, began, life, *settle.provider);
    values.refresh_expires_at = refresh_end(settle, tokens, began);
    values.refresh_not_before = refresh_start_of(tokens, began, *settle.provider);
    life.issued_at = began;
    life.expires_at = values.expires_at;
    life.refresh_expires_at = values.refresh_expires_at;
    life.refresh_not_before = values.refresh_not_before;
    if (values.expires_at && *values.expires_at <= began) {
        note_stillborn(values, settle, life);
        return values;
    }
    values.next_refresh_at = next_refresh(life, random_fraction(context.random));
    if (values.next_refresh_at && life.renewable) {
        values.next_refresh_at = std::max(*values.next_refresh_at, began + least_interval);
    }
    return values;
}

}  // namespace tenon::host
