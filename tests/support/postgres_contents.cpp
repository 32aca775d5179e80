// What a test does to a server's rows and sessions.
#include "support/postgres.hpp"

namespace tenon::test {
namespace {

// With a time to wait (ms): without one, a session goes on for a moment after the call.
void end_sessions_where(const std::string& so) {
    postgres_command(
        "postgres", "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE " + so
    );
}

}  // namespace

void copy_connection(
    const std::string& database, const std::string& account, int copies, const std::string& user
) {
    const auto numbers = "generate_series(1, " + std::to_string(copies) + ") n;";
    postgres_command(
        database,
        "CREATE TEMP TABLE one AS SELECT * FROM connections WHERE account_id = '" + account +
            "';"
            "CREATE TEMP TABLE its AS SELECT g.* FROM grants g JOIN connection_grants l "
            "ON l.grant_id = g.id JOIN one ON one.id = l.connection_id;"
            "CREATE TEMP TABLE link AS SELECT l.* FROM connection_grants l JOIN one "
            "ON one.id = l.connection_id;"
            "CREATE TEMP TABLE c AS SELECT one.*, n FROM one, " +
            numbers + "UPDATE c SET id = 'm' || n, account_id = 'm' || n, user_id = " + user +
            ";"
            "ALTER TABLE c DROP COLUMN n;"
            "INSERT INTO connections SELECT * FROM c;"
            "CREATE TEMP TABLE g AS SELECT its.*, n FROM its, " +
            numbers +
            "UPDATE g SET id = 'm' || n, account_id = 'm' || n, next_refresh_at = NULL;"
            "ALTER TABLE g DROP COLUMN n;"
            "INSERT INTO grants SELECT * FROM g;"
            "CREATE TEMP TABLE l AS SELECT link.*, n FROM link, " +
            numbers +
            "UPDATE l SET connection_id = 'm' || n, grant_id = 'm' || n;"
            "ALTER TABLE l DROP COLUMN n;"
            "INSERT INTO connection_grants SELECT * FROM l;"
    );
}

void end_postgres_listeners(const std::string& database) {
    end_sessions_where("datname = '" + database + "' AND application_name = 'tenon changes'");
}

void end_postgres_sessions(const std::string& database) {
    end_sessions_where("datname = '" + database + "'");
}

}  // namespace tenon::test
