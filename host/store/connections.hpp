// Connections: a user's account at a provider. No secret is in any of these rows.
#pragma once

#include "store/sql.hpp"

#include <optional>
#include <string>
#include <vector>

namespace tenon::host {

enum class connection_state { connected, expired };

// The state_reason of a connection that its user ended, from then on until its tokens are revoked
// and it is erased. Only a new connect brings it back.
inline constexpr std::string_view leaving_reason = "disconnected";

struct connection_row {
    connection_id id;
    org_id org;
    user_id user;
    provider_id provider;
    account_id account;
    connection_state state = connection_state::connected;
    std::string state_reason;            // for an expired one: why, and what to do
    std::string scope;                   // granted, space-separated
    std::string metadata = "{}";         // JSON object, kept byte for byte
    std::string connect_params = "{}";   // JSON object
    std::optional<std::string> profile;  // JSON object, as it was last answered
    std::optional<time_point> profile_at;
    time_point created_at{};
    time_point updated_at{};
};

// Inserts into the session's organization, or replaces what the same user, provider and account
// has: its id and created_at are then kept (and profile, where `row` has none). The row as it is
// stored.
[[nodiscard]] auto upsert_connection(sql_session& session, const connection_row& row)
    -> connection_row;
[[nodiscard]] auto find_connection(sql_session& session, const connection_id& id)
    -> std::optional<connection_row>;
// `account_or_id`: the provider's account id, or a connection id. Another user's is not found.
[[nodiscard]] auto find_connection(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id
) -> std::optional<connection_row>;

struct connection_query {
    std::optional<user_id> user = {};
    std::optional<provider_id> provider = {};
    std::optional<connection_state> state = {};
    connection_id after = {};  // the last of the page before, or empty
    std::size_t limit = 50;
};
// The organization's, ordered by id (the time of the first connect); `profile` is left empty.
[[nodiscard]] auto list_connections(sql_session& session, const connection_query& query)
    -> std::vector<connection_row>;

// One user's with everything that is kept of them, `profile` too; in the same order.
[[nodiscard]] auto list_whole_connections(
    sql_session& session, const user_id& user, const connection_id& after, std::size_t limit
) -> std::vector<connection_row>;

struct connection_count {
    provider_id provider;
    connection_state state = connection_state::connected;
    std::int64_t count = 0;
};
// As the service: of all organizations. Reads the whole table: for metrics, now and then.
[[nodiscard]] auto count_connections_by_status(sql_session& session)
    -> std::vector<connection_count>;

// False from here on: no such connection.
auto set_connection_state(
    sql_session& session, const connection_id& id, connection_state state,
    const std::string& reason, time_point now
) -> bool;
auto set_connection_profile(
    sql_session& session, const connection_id& id, const std::string& profile, time_point at
) -> bool;
// With its links to grants; the grants stay: see erase_grant_if_unreferenced. False: it is not
// leaving (its user connected anew meanwhile), or is gone.
auto delete_leaving_connection(sql_session& session, const connection_id& id) -> bool;
// As the service: those of all organizations that are leaving since `before` (or longer), oldest
// first; of each provider `of_each` at most.
[[nodiscard]] auto leaving_connections(sql_session& session, time_point before, std::size_t of_each)
    -> std::vector<connection_row>;

// Whose connection it is.
struct owned_connection {
    connection_id connection;
    user_id user;
};
// Sets the state of all connections that reference the grant; answers those that changed. Connected
// becomes none that is leaving, or has a dead grant beside this one.
auto set_state_of_connections_of_grant(
    sql_session& session, const grant_id& grant, connection_state state, const std::string& reason,
    time_point now
) -> std::vector<owned_connection>;

}  // namespace tenon::host
