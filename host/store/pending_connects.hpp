// Flows that wait for the provider's redirect: found by the hash of their state, taken once.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

struct pending_connect_row {
    std::string state_hash;  // SHA-256 of the state, 32 bytes
    org_id org;
    user_id user;
    provider_id provider;
    std::string client_id;
    std::string redirect_url;  // where the browser goes in the end
    std::string redirect_uri;  // where the provider sends it; empty in a row of before 0011
    std::string requested_scope;
    std::string connect_params = "{}";
    std::optional<std::string> verifier;  // sealed
    std::optional<std::string> nonce;     // sealed
    std::string issuer;                   // as the flow began; empty: none
    std::optional<account_id> reconnect;  // exactly this account
    bool confirm = false;
    std::optional<std::string> browser_hash;  // SHA-256 of the cookie's value
    time_point created_at{};
    time_point expires_at{};
};

// Into the session's organization. Throws storage_failure conflict where the state is known.
void save_pending_connect(sql_session& session, const pending_connect_row& row);
// As the service: removes and answers it; of any number of callers one gets it. One that has
// expired is removed, and nothing answered.
[[nodiscard]] auto take_pending_connect(
    sql_session& session, const std::string& state_hash, time_point now
) -> std::optional<pending_connect_row>;
// The user's, in the order of their hashes, behind `after` (empty: from the first on). For an
// export: reads all that are pending.
[[nodiscard]] auto list_pending_connects(
    sql_session& session, const user_id& user, const std::string& after, std::size_t limit
) -> std::vector<pending_connect_row>;
// Removes the user's; answers how many.
auto erase_pending_connects(sql_session& session, const user_id& user) -> std::int64_t;
// As the service: removes up to `limit` that have expired; answers how many.
auto erase_expired_pending_connects(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t;

}  // namespace tenon::host
