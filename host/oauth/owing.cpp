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

// Nothing: it is not worth keeping, for the provider wishes not to be asked for longer than that.
auto owed_row(
    const oauth_context& context, const org_id& org, const std::string& slot,
    const revocable& tokens, const std::optional<milliseconds>& retry_after
) -> std::optional<owed_revocation_row> {
    const auto now = context.time.now();
    revocation_facts facts;
    facts.retry_after = retry_after;
    facts.jitter = random_fraction(context.random);
    facts.ends_at = now + context.options.revocation_lifetime;
    const auto due = next_revocation(facts, now);
    if (!due) {
        return std::nullopt;
    }
    owed_revocation_row row;
    row.id = make_uuid(context.time, context.random);
    row.org = org;
    row.provider = tokens.provider;
    row.slot = slot;
    row.due_at = *due;
    row.ends_at = facts.ends_at;
    row.created_at = now;
    auto plain = serialize(tokens);
    row.sealed = seal_for(context.seal, org, row.id, sealed_column::owed_revocation, plain);
    wipe(plain.data(), plain.size());
    return row;
}

}  // namespace

auto revoke_or_owe(oauth_context& context, org_id org, std::string stored_slot, revocable tokens)
    -> boost::asio::awaitable<settled_tokens> {
    const auto kept = std::make_shared<const revocable>(std::move(tokens));
    auto answer = co_await revoke_tokens(context, kept);
    settled_tokens settled{{std::move(stored_slot), std::move(answer.outcome)}, std::nullopt};
    if (settled.what.outcome == "pending") {
        settled.owed = owed_row(context, org, settled.what.slot, *kept, answer.retry_after);
        if (!settled.owed) {
            settled.what.outcome = "failed";
        }
    }
    context.observer.revocation_ended(kept->provider.text(), settled.what.outcome);
    co_return settled;
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

}  // namespace tenon::host
