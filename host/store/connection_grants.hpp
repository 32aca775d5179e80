// Which grants a connection uses, by slot.
#pragma once

#include "store/grants.hpp"

namespace tenon::host {

struct grant_link {
    connection_id connection;
    std::string slot;
    grant_id grant;
    std::int64_t position = 0;  // the lowest is the connection's main one
};

// Adds the link, or points the connection's slot to another grant. Throws storage_failure conflict
// where connection or grant is gone.
void link_grant(sql_session& session, const grant_link& link);
// By position.
[[nodiscard]] auto links_of_connection(sql_session& session, const connection_id& connection)
    -> std::vector<grant_link>;
// Whether any connection but this one uses the grant. Certain until the transaction ends only under
// lock_grant.
[[nodiscard]] auto is_used_by_others(
    sql_session& session, const grant_id& grant, const connection_id& connection
) -> bool;
// The connection lets go of the grant, in whichever slots it used it.
void unlink_grant(sql_session& session, const connection_id& connection, const grant_id& grant);
// The connection has that slot no more.
void unlink_slot(sql_session& session, const connection_id& connection, const std::string& slot);

// The connection's grant of that slot; an empty slot means the main one.
[[nodiscard]] auto find_grant_of(
    sql_session& session, const connection_id& connection, const std::string& slot
) -> std::optional<grant_row>;
// All of the connection's, by position. A grant may serve two slots.
[[nodiscard]] auto grants_of_connection(sql_session& session, const connection_id& connection)
    -> std::vector<grant_row>;

struct connected_grant {
    connection_id connection;
    connection_state state = connection_state::connected;
    std::string state_reason;
    std::optional<grant_row> grant;  // empty: the connection has no such slot
};
// The token read: connection and grant in one statement. `account_or_id` as find_connection takes
// it. Nothing: the user has no such connection.
[[nodiscard]] auto find_connected_grant(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id, const std::string& slot
) -> std::optional<connected_grant>;

// How one of a connection's grants is doing: for listings.
struct connection_life {
    connection_id connection;
    bool dead = false;
    std::optional<time_point> expires_at;
    std::optional<time_point> refresh_expires_at;
    std::optional<time_point> next_refresh_at;
    std::int64_t failures = 0;  // refreshes in a row that did not work out
    std::string last_failure;   // of these
};
// The grants of all the user's connections, in any slot.
[[nodiscard]] auto grants_of_user(sql_session& session, const user_id& user)
    -> std::vector<grant_id>;
// Of each of the user's connections, its grants: the main one first.
[[nodiscard]] auto lives_of_user(sql_session& session, const user_id& user)
    -> std::vector<connection_life>;
// The same of the named connections, for pages of an organization's.
[[nodiscard]] auto lives_of(sql_session& session, const std::vector<connection_id>& connections)
    -> std::vector<connection_life>;

}  // namespace tenon::host
