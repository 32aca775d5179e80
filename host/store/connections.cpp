#include "store/connections.hpp"

#include "store/read_rows.hpp"
#include "store/shared_sql.hpp"

namespace tenon::host {

namespace {

constexpr std::string_view columns =
    "id, org_id, user_id, provider, account_id, status, status_reason, scope, metadata, "
    "connect_params, profile, profile_at, created_at, updated_at";
// A profile may be long, and no listing shows it.
constexpr std::string_view listed =
    "id, org_id, user_id, provider, account_id, status, status_reason, scope, metadata, "
    "connect_params, NULL, NULL, created_at, updated_at";

auto text_of(connection_state state) -> std::string_view {
    return state == connection_state::connected ? "connected" : "expired";
}

auto state_of(std::string_view text) -> connection_state {
    return text == "connected" ? connection_state::connected : connection_state::expired;
}

auto read(const sql_row& row) -> connection_row {
    return {
        .id = connection_id(row.text(0)),
        .org = org_id(row.text(1)),
        .user = user_id(row.text(2)),
        .provider = provider_id(row.text(3)),
        .account = account_id(row.text(4)),
        .state = state_of(row.text(5)),
        .state_reason = row.text(6),
        .scope = row.text(7),
        .metadata = row.text(8),
        .connect_params = row.text(9),
        .profile = row.optional_text(10),
        .profile_at = row.optional_time(11),
        .created_at = row.time(12),
        .updated_at = row.time(13),
    };
}

auto select(std::string_view rest, std::string_view what = columns) -> std::string {
    return "SELECT " + std::string(what) + " FROM connections " + std::string(rest);
}

auto upsert_statement() -> std::string {
    return "INSERT INTO connections (org_id, id, user_id, provider, account_id, status, "
           "status_reason, scope, metadata, connect_params, profile, profile_at, created_at, "
           "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) "
           "ON CONFLICT (org_id, user_id, provider, account_id) DO UPDATE SET "
           "status = EXCLUDED.status, status_reason = EXCLUDED.status_reason, "
           "scope = EXCLUDED.scope, metadata = EXCLUDED.metadata, "
           "connect_params = EXCLUDED.connect_params, "
           "profile = COALESCE(EXCLUDED.profile, connections.profile), "
           "profile_at = COALESCE(EXCLUDED.profile_at, connections.profile_at), "
           "updated_at = EXCLUDED.updated_at RETURNING " +
           std::string(columns);
}

// Whoever judges a connection by another of its grants at this moment waits, and sees this one; or
// is waited for. All of them, or those that are not connected.
void lock_connections_of_grant(
    sql_session& session, const grant_id& grant, connection_state state
) {
    run(session,
        "UPDATE connections SET status = status WHERE org_id = $1 AND id IN (SELECT connection_id "
        "FROM connection_grants WHERE org_id = $1 AND grant_id = $2) "
        "AND ($3 = 'expired' OR status <> $3)",
        session.org(), grant, text_of(state));
}

}  // namespace

auto upsert_connection(sql_session& session, const connection_row& row) -> connection_row {
    static const auto statement = upsert_statement();
    const auto rows =
        run(session, statement, session.org(), row.id, row.user, row.provider, row.account,
            text_of(row.state), row.state_reason, row.scope, row.metadata, row.connect_params,
            row.profile, row.profile_at, row.created_at, row.updated_at);
    return read(rows[0]);
}

auto find_connection(sql_session& session, const connection_id& id)
    -> std::optional<connection_row> {
    static const auto statement = select("WHERE org_id = $1 AND id = $2");
    return read_first(run(session, statement, session.org(), id), read);
}

auto find_connection(
    sql_session& session, const user_id& user, const provider_id& provider,
    const std::string& account_or_id
) -> std::optional<connection_row> {
    static const auto statement = select(
        "WHERE org_id = $1 AND user_id = $2 AND provider = $3 AND id = " +
        std::string(id_of_account)
    );
    return read_first(run(session, statement, session.org(), user, provider, account_or_id), read);
}

auto list_connections(sql_session& session, const connection_query& query)
    -> std::vector<connection_row> {
    std::string rest = "WHERE org_id = $1 AND id > $2";
    std::vector<sql_value> arguments{to_sql(session.org()), to_sql(query.after)};
    const auto narrow = [&](std::string_view column, sql_value value) {
        arguments.push_back(std::move(value));
        rest += " AND " + std::string(column) + " = $" + std::to_string(arguments.size());
    };
    if (query.user) {
        narrow("user_id", to_sql(*query.user));
    }
    if (query.provider) {
        narrow("provider", to_sql(*query.provider));
    }
    if (query.state) {
        narrow("status", to_sql(text_of(*query.state)));
    }
    arguments.emplace_back(as_limit(query.limit));
    rest += " ORDER BY id LIMIT $" + std::to_string(arguments.size());
    return read_all(session.execute(select(rest, listed), arguments), read);
}

auto list_whole_connections(
    sql_session& session, const user_id& user, const connection_id& after, std::size_t limit
) -> std::vector<connection_row> {
    static const auto statement =
        select("WHERE org_id = $1 AND user_id = $2 AND id > $3 ORDER BY id LIMIT $4");
    return read_all(run(session, statement, session.org(), user, after, as_limit(limit)), read);
}

auto count_connections_by_status(sql_session& session) -> std::vector<connection_count> {
    const auto rows =
        run(session,
            "SELECT provider, status, COUNT(*) FROM connections GROUP BY provider, status");
    return read_all(rows, [](const sql_row& row) {
        return connection_count{provider_id(row.text(0)), state_of(row.text(1)), row.integer(2)};
    });
}

auto set_connection_state(
    sql_session& session, const connection_id& id, connection_state state,
    const std::string& reason, time_point now
) -> bool {
    return run(session,
               "UPDATE connections SET status = $3, status_reason = $4, updated_at = $5 "
               "WHERE org_id = $1 AND id = $2",
               session.org(), id, text_of(state), reason, now)
               .affected() > 0;
}

auto set_connection_profile(
    sql_session& session, const connection_id& id, const std::string& profile, time_point at
) -> bool {
    return run(session,
               "UPDATE connections SET profile = $3, profile_at = $4 WHERE org_id = $1 AND id = $2",
               session.org(), id, profile, at)
               .affected() > 0;
}

auto delete_leaving_connection(sql_session& session, const connection_id& id) -> bool {
    return run(session,
               "DELETE FROM connections WHERE org_id = $1 AND id = $2 AND status = 'expired' "
               "AND status_reason = $3",
               session.org(), id, leaving_reason)
               .affected() > 0;
}

auto leaving_connections(sql_session& session, time_point before, std::size_t of_each)
    -> std::vector<connection_row> {
    // The reason is written out for the planner: the index is partial.
    static const auto statement = oldest_of_each_provider(
        listed, "connections",
        "status_reason = '" + std::string(leaving_reason) +
            "' AND status = 'expired' AND updated_at <= $1"
    );
    return read_all(run(session, statement, before, as_limit(of_each)), read);
}

auto set_state_of_connections_of_grant(
    sql_session& session, const grant_id& grant, connection_state state, const std::string& reason,
    time_point now
) -> std::vector<owned_connection> {
    lock_connections_of_grant(session, grant, state);
    const auto rows =
        run(session,
            "UPDATE connections SET status = $3, status_reason = $4, updated_at = $5 "
            "WHERE org_id = $1 AND status <> $3 AND status_reason <> $6 AND id IN (SELECT "
            "connection_id FROM connection_grants WHERE org_id = $1 AND grant_id = $2) "
            "AND ($3 = 'expired' OR NOT EXISTS (SELECT 1 FROM connection_grants l JOIN grants g "
            "ON g.org_id = l.org_id AND g.id = l.grant_id WHERE l.org_id = connections.org_id "
            "AND l.connection_id = connections.id AND g.status = 'dead')) RETURNING id, user_id",
            session.org(), grant, text_of(state), reason, now, leaving_reason);
    return read_all(rows, [](const sql_row& row) {
        return owned_connection{connection_id(row.text(0)), user_id(row.text(1))};
    });
}

}  // namespace tenon::host
