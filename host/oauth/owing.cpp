#include "oauth/owing.hpp"

#include "crypto/random.hpp"
#include "oauth/decisions.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/observer.hpp"
#include "oauth/owed_format.hpp"
#include "oauth/sealing.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

// As if it had just been tried for the `attempts`th time.
auto owed_row(
    const oauth_context& context, const org_id& org, const std::string& slot,
    const revocable& tokens, std::int64_t attempts
) -> owed_revocation_row {
    owed_revocation_row row;
    row.id = make_uuid(context.time, context.random);
    row.org = org;
    row.provider = tokens.provider;
    row.slot = slot;
    row.attempts = attempts;
    row.created_at = row.due_at = context.time.now();
    row.ends_at = row.created_at + context.options.revocation_lifetime;
    auto plain = serialize(tokens);
    row.sealed = seal_for(context.seal, org, row.id, sealed_column::owed_revocation, plain);
    wipe(plain.data(), plain.size());
    return row;
}

// Nothing: it is not worth keeping, for the provider wishes not to be asked for longer than that.
auto put_off(
    const oauth_context& context, owed_revocation_row row,
    const std::optional<milliseconds>& retry_after
) -> std::optional<owed_revocation_row> {
    revocation_facts facts;
    facts.retry_after = retry_after;
    facts.jitter = random_fraction(context.random);
    facts.ends_at = row.ends_at;
    const auto due = next_revocation(facts, row.created_at);
    if (!due) {
        return std::nullopt;
    }
    row.due_at = *due;
    return row;
}

}  // namespace

auto revoke_or_owe(oauth_context& context, org_id org, std::string stored_slot, revocable tokens)
    -> boost::asio::awaitable<settled_tokens> {
    const auto kept = std::make_shared<const revocable>(std::move(tokens));
    auto answer = co_await revoke_tokens(context, kept);
    settled_tokens settled{{std::move(stored_slot), std::move(answer.outcome)}, std::nullopt};
    if (settled.what.outcome == "pending") {
        auto row = owed_row(context, org, settled.what.slot, *kept, 1);
        settled.owed = put_off(context, std::move(row), answer.retry_after);
        if (!settled.owed) {
            settled.what.outcome = "failed";
        }
    }
    context.observer.revocation_ended(kept->provider.text(), settled.what.outcome);
    co_return settled;
}

auto owe(
    const oauth_context& context, const provider_instance& provider, const org_id& org,
    std::string stored_slot, const revocable& tokens
) -> settled_tokens {
    if (!provider.supports(operation_kind::revoke)) {
        return {{std::move(stored_slot), "unsupported"}, std::nullopt};
    }
    auto row = owed_row(context, org, stored_slot, tokens, 0);
    return {{std::move(stored_slot), "pending"}, std::move(row)};
}

auto owe_stored(
    const oauth_context& context, const provider_instance& provider, const grant_row& grant
) -> settled_tokens {
    const auto tokens = to_revocable(context.seal, grant);
    return tokens.has_error() ? settled_tokens{{grant.slot, "failed"}, std::nullopt}
                              : owe(context, provider, grant.org, grant.slot, *tokens);
}

auto outcomes_of(const std::vector<settled_tokens>& all) -> std::vector<revocation> {
    std::vector<revocation> outcomes;
    std::ranges::transform(all, std::back_inserter(outcomes), &settled_tokens::what);
    return outcomes;
}

void owe_all(
    sql_session& session, const std::vector<settled_tokens>& all,
    const std::optional<connection_id>& connection, const std::optional<std::string>& subject
) {
    for (const auto& one : all) {
        if (one.owed) {
            auto row = *one.owed;
            row.connection = connection;
            row.subject = subject;
            owe_revocation(session, row);
        }
    }
}

void owe_late(
    sql_session& session, const oauth_context& context, const provider_instance& provider,
    const grant_row& of, const granted& tokens
) {
    auto late = to_revocable(context.seal, of);
    if (late.has_error()) {
        return;
    }
    late->access_token = tokens.access_token;
    if (!tokens.refresh_token.empty()) {
        late->refresh_token = tokens.refresh_token;
    }
    owe_all(session, {owe(context, provider, of.org, of.slot, *late)}, std::nullopt, std::nullopt);
}

}  // namespace tenon::host
