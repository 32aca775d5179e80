// The end of a grant: written down once, and told to everybody.
#pragma once

#include "oauth/context.hpp"
#include "oauth/observer.hpp"
#include "store/grants.hpp"

#include <optional>
#include <string>

namespace tenon::host {

// In a transaction of the grant's organization: the grant is dead, its connections are expired, the
// audit log and other hosts are told. How many connections expired by it; nothing: the generation
// moved meanwhile, or the grant is gone, and nothing was written.
[[nodiscard]] auto bury(
    sql_session& session, const oauth_context& context, const grant_row& row,
    const std::string& reason
) -> std::optional<std::size_t>;

// After the transaction: this process forgets the token, and counts what expired.
void mourn(oauth_context& context, const grant_row& row, std::size_t expired, expiry_cause cause);

// Whoever brings tokens, and which connection he has by them.
struct reviver {
    const actor& by;
    const provider_id& provider;
    const connection_id& connection;
};
// Tokens came for a grant that may have been dead: others who share it are connected again, and the
// log says so of each.
void revive(
    sql_session& session, const oauth_context& context, const reviver& who, const grant_id& grant
);

}  // namespace tenon::host
