#include "store/connection_grants.hpp"

#include "store/read_rows.hpp"
#include "store/shared_sql.hpp"

namespace tenon::host {

namespace {

// Behind the connection's id, as read_life reads them.
constexpr std::string_view life_columns =
    "g.status, g.expires_at, g.refresh_expires_at, g.next_refresh_at, g.failures, g.last_failure";

auto read_whole_grant(const sql_row& row) -> grant_row {
    return read_grant(row);
}

auto read_life(const sql_row& row) -> connection_life {
    return {
        .connection = connection_id(row.text(0)),
        .dead = row.text(1) == "dead",
        .expires_at = row.optional_time(2),
        .refresh_expires_at = row.optional_time(3),
        .next_refresh_at = row.optional_time(4),
        .failures = row.integer(5),
        .last_failure = row.text(6),
    };
}

auto connected_grant_statement() -> std::string {
    return "SELECT c.id, c.status, c.status_reason, g.id, " + grant_columns("g.") +
           " FROM connections c "
           "LEFT JOIN connection_grants l ON l.org_id = c.org_id AND l.connection_id = c.id "
           "AND ($5 = '' OR l.slot = $5) "
           "LEFT JOIN grants g ON g.org_id = l.org_id AND g.id = l.grant_id "
           "WHERE c.org_id = $1 AND c.user_id = $2 AND c.provider = $3 AND c.id = " +
           std::string(id_of_account) + " ORDER BY l.position, l.slot LIMIT 1";
}

}  // namespace

void link_grant(sql_session& session, const grant_link& link) {
    run_later(
        session,
        "INSERT INTO connection_grants (org_id, connection_id, slot, grant_id, position) "
        "VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, connection_id, slot) DO UPDATE SET "
        "grant_id = EXCLUDED.grant_id, position = EXCLUDED.position",
        session.org(), link.connection, link.slot, link.grant, link.position
    );
}

auto links_of_connection(sql_session& session, const connection_id& connection)
    -> std::vector<grant_link> {
    const auto rows =
        run(session,
            "SELECT connection_id, slot, grant_id, position FROM connection_grants "
            "WHERE org_id = $1 AND connection_id = $2 ORDER BY position, slot",
            session.org(), connection);
    return read_all(rows, [](const sql_row& row) {
        return grant_link{
            connection_id(row.text(0)), row.text(1), grant_id(row.text(2)), row.integer(3)};
    });
}

auto is_used_by_others(sql_session& session, const grant_id& grant, const connection_id& connection)
    -> bool {
    return !run(session,
                "SELECT 1 FROM connection_grants "
                "WHERE org_id = $1 AND grant_id = $2 AND connection_id <> $3 LIMIT 1",
                session.org(), grant, connection)
                .empty();
}

void unlink_grant(sql_session& session, const connection_id& connection, const grant_id& grant) {
    run(session,
        "DELETE FROM connection_grants WHERE org_id = $1 AND connection_id = $2 AND grant_id = $3",
        session.org(), connection, grant);
}

void unlink_slot(sql_session& session, const connection_id& connection, const std::string& slot) {
    run_later(
        session,
        "DELETE FROM connection_grants WHERE org_id = $1 AND connection_id = $2 AND slot = $3",
        session.org(), connection, slot
    );
}

auto find_grant_of(sql_session& session, const connection_id& connection, const std::string& slot)
    -> std::optional<grant_row> {
    static const auto statement =
        "SELECT " + grant_columns("g.") +
        " FROM connection_grants l JOIN grants g ON g.org_id = l.org_id AND g.id = l.grant_id "
        "WHERE l.org_id = $1 AND l.connection_id = $2 AND ($3 = '' OR l.slot = $3) "
        "ORDER BY l.position, l.slot LIMIT 1";
    return read_first(run(session, statement, session.org(), connection, slot), read_whole_grant);
}

auto grants_of_connection(sql_session& session, const connection_id& connection)
    -> std::vector<grant_row> {
    static const auto statement =
        "SELECT " + grant_columns("g.") +
        " FROM connection_grants l JOIN grants g ON g.org_id = l.org_id AND g.id = l.grant_id "
        "WHERE l.org_id = $1 AND l.connection_id = $2 ORDER BY l.position, l.slot";
    return read_all(run(session, statement, session.org(), connection), read_whole_grant);
}

auto find_connected_grant(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id, const std::string& slot
) -> std::optional<connected_grant> {
    static const auto statement = connected_grant_statement();
    const auto rows = run(session, statement, session.org(), user, provider, account_or_id, slot);
    return read_first(rows, [](const sql_row& row) {
        return connected_grant{
            .connection = connection_id(row.text(0)),
            .state = row.text(1) == "connected" ? connection_state::connected
                                                : connection_state::expired,
            .state_reason = row.text(2),
            .grant = row.is_null(3) ? std::nullopt : std::optional(read_grant(row, 4)),
        };
    });
}

auto lives_of_user(sql_session& session, const user_id& user) -> std::vector<connection_life> {
    static const auto statement =
        "SELECT c.id, " + std::string(life_columns) +
        " FROM connections c "
        "JOIN connection_grants l ON l.org_id = c.org_id AND l.connection_id = c.id "
        "JOIN grants g ON g.org_id = l.org_id AND g.id = l.grant_id "
        "WHERE c.org_id = $1 AND c.user_id = $2 ORDER BY c.id, l.position, l.slot";
    return read_all(run(session, statement, session.org(), user), read_life);
}

auto grants_of_user(sql_session& session, const user_id& user) -> std::vector<grant_id> {
    const auto rows =
        run(session,
            "SELECT l.grant_id FROM connections c JOIN connection_grants l "
            "ON l.org_id = c.org_id AND l.connection_id = c.id "
            "WHERE c.org_id = $1 AND c.user_id = $2 ORDER BY c.id",
            session.org(), user);
    return read_all(rows, [](const sql_row& row) { return grant_id(row.text(0)); });
}

auto lives_of(sql_session& session, const std::vector<connection_id>& connections)
    -> std::vector<connection_life> {
    static const auto statement = "SELECT l.connection_id, " + std::string(life_columns) +
                                  " FROM connection_grants l "
                                  "JOIN grants g ON g.org_id = l.org_id AND g.id = l.grant_id "
                                  "WHERE l.org_id = $1 AND l.connection_id IN (" +
                                  list_parameters(2) +
                                  ") ORDER BY l.connection_id, l.position, l.slot";
    std::vector<connection_life> found;
    ask_in_lists({to_sql(session.org())}, connections, [&](const auto& arguments) {
        auto some = read_all(session.execute(statement, arguments), read_life);
        found.insert(found.end(), some.begin(), some.end());
    });
    return found;
}

}  // namespace tenon::host
