// The end of a grant, written down once and told to everybody, and its coming back to life.
#pragma once

#include "oauth/context.hpp"
#include "oauth/observer.hpp"
#include "store/grants.hpp"

#include <optional>
#include <string>

namespace tenon::host {

// Why, as metrics and records of consent have it, and in words.
struct expiry {
    expiry_cause cause = expiry_cause::revoked;
    std::string words;
};

// In a transaction of the grant's organization: the grant is dead, its connections are expired and
// their users' consents ended; the audit log, of each user, and other hosts are told. How many
// connections expired by it; nothing: the generation moved meanwhile, or the grant is gone, and
// nothing was written.
[[nodiscard]] auto bury(
    sql_session& session, const oauth_context& context, const grant_row& row, const expiry& why
) -> std::optional<std::size_t>;

// After the transaction: this process forgets the token, and counts each connection that expired.
void mourn(oauth_context& context, const grant_row& row, std::size_t expired, expiry_cause cause);

// Commits what a refresh of that row brought, but not where the user connected anew meanwhile:
// those tokens are the newer ones. Where another host, which could know nothing of them, has buried
// the grant they make it live again, with its connections. Answers with the row as it is then;
// nothing: nothing was written.
[[nodiscard]] auto commit_renewed(
    sql_session& session, const oauth_context& context, const grant_row& row,
    const refreshed_grant& values
) -> std::optional<grant_row>;

}  // namespace tenon::host
