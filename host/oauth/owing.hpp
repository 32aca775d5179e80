// Revoking now, or else owing it.
#pragma once

#include "oauth/revoking.hpp"
#include "store/owed_revocations.hpp"

namespace tenon::host {

// What became of one set of tokens.
struct settled_tokens {
    revocation what;  // the slot as stored; `pending` where `owed` is there
    std::optional<owed_revocation_row> owed;
};

// Asks the provider once. Where it may succeed later, what is to be kept for it comes back, for the
// transaction that erases the tokens elsewhere to store (owe_all).
auto revoke_or_owe(oauth_context& context, org_id org, std::string stored_slot, revocable tokens)
    -> boost::asio::awaitable<settled_tokens>;

// The same without asking at this moment: for a transaction in which tokens turn out to be
// nobody's.
[[nodiscard]] auto owe(
    const oauth_context& context, const provider_instance& provider, const org_id& org,
    std::string stored_slot, const revocable& tokens
) -> settled_tokens;
// Those of a row that is erased with it.
[[nodiscard]] auto owe_stored(
    const oauth_context& context, const provider_instance& provider, const grant_row& grant
) -> settled_tokens;

// Tokens that came for a grant, as it was, which is gone, and its users with it: nobody knows any
// more in whose name they are owed.
void owe_late(
    sql_session& session, const oauth_context& context, const provider_instance& provider,
    const grant_row& of, const granted& tokens
);

[[nodiscard]] auto outcomes_of(const std::vector<settled_tokens>& all) -> std::vector<revocation>;
// In the transaction after which nothing else has the tokens. `subject`: the user's pseudonym.
void owe_all(
    sql_session& session, const std::vector<settled_tokens>& all,
    const std::optional<connection_id>& connection, const std::optional<std::string>& subject
);

}  // namespace tenon::host
