// Revocations that could not be made when they were wanted, and are tried again.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

struct owed_revocation_row {
    std::string id;  // UUIDv7
    org_id org;
    provider_id provider;
    std::string slot;                         // as stored
    std::optional<connection_id> connection;  // empty: what was granted never became one
    std::optional<std::string> subject;       // a pseudonym; empty: the log never named the user
    std::string sealed;                       // the tokens, and what it takes to revoke them
    std::int64_t attempts = 1;                // how often it was tried, the first time among them
    time_point due_at{};
    time_point ends_at{};  // a failure after this is the last one
    time_point created_at{};
};

// Into the session's organization.
void owe_revocation(sql_session& session, const owed_revocation_row& row);
// Those of one user's behind the id `after`, in the order of their ids; at most `limit`.
[[nodiscard]] auto revocations_owed_of(
    sql_session& session, const std::string& subject, const std::string& after, std::size_t limit
) -> std::vector<owed_revocation_row>;

// As the service, of all organizations: takes what is due, of each provider the `of_each` longest
// due (of the thousand that are due the longest), passing over what another transaction has in
// hand. It is due again at `until`, unless it is settled before;
// `attempts` counts this one.
[[nodiscard]] auto claim_owed_revocations(
    sql_session& session, time_point now, time_point until, std::size_t of_each
) -> std::vector<owed_revocation_row>;
[[nodiscard]] auto count_owed_revocations(sql_session& session) -> std::int64_t;

// Both: only where nobody has claimed it since, else false.
[[nodiscard]] auto end_owed_revocation(sql_session& session, const owed_revocation_row& claimed)
    -> bool;
auto put_off_owed_revocation(
    sql_session& session, const owed_revocation_row& claimed, time_point due_at
) -> bool;

}  // namespace tenon::host
