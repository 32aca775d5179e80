#include "store/migration_history.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

auto has_history(sql_session& session) -> bool {
    const auto* statement = session.engine() == sql_engine::postgresql
                                ? "SELECT to_regclass('schema_migrations') IS NOT NULL"
                                : "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'";
    const auto rows = run(session, statement);
    return session.engine() == sql_engine::postgresql ? rows[0].boolean(0) : !rows.empty();
}

auto label(std::int64_t version, std::string_view name) -> std::string {
    return std::to_string(version) + " (" + std::string(name) + ")";
}

}  // namespace

// PostgreSQL: other hosts wait here until this transaction ends. SQLite: BEGIN IMMEDIATE was the
// lock.
void lock_schema(sql_session& session) {
    if (session.engine() == sql_engine::postgresql) {
        session.execute_script(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;"
            "SET LOCAL idle_in_transaction_session_timeout = 0;"
            "SELECT pg_advisory_xact_lock(7310584461127)"
        );
    }
    // Not IF NOT EXISTS: PostgreSQL asks who may create before it looks.
    if (!has_history(session)) {
        session.execute_script(
            "CREATE TABLE schema_migrations ("
            "version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,"
            "applied_at BIGINT NOT NULL)"
        );
    }
}

auto read_applied(sql_session& session) -> applied_map {
    applied_map applied;
    if (!has_history(session)) {
        return applied;
    }
    const auto rows =
        run(session,
            "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version");
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        applied.emplace(row.integer(0), applied_migration{row.text(1), row.text(2), row.time(3)});
    }
    return applied;
}

auto check_history(
    const applied_map& applied, std::span<const migration> known, std::string_view whose
) -> result<void> {
    for (const auto& [version, was] : applied) {
        const auto here = std::find_if(known.begin(), known.end(), [v = version](const auto& one) {
            return one.version == v;
        });
        if (here == known.end()) {
            return fail(
                errc::conflict, std::string(whose) + " has migration " + label(version, was.name) +
                                    ", which this binary does not know: it is newer. Run the "
                                    "binary that made it, or a later one"
            );
        }
        if (here->checksum != was.checksum) {
            return fail(
                errc::conflict, "migration " + label(version, was.name) +
                                    " was changed after it was applied to " + std::string(whose) +
                                    ". Restore the file, and put the change into a new migration"
            );
        }
    }
    return {};
}

}  // namespace tenon::host
