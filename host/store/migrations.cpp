#include "store/migrations.hpp"

#include "base/log.hpp"
#include "store/database.hpp"
#include "store/migration_text.hpp"

#include <algorithm>
#include <map>

namespace tenon::host {

namespace {

struct applied_migration {
    std::string name;
    std::string checksum;
    time_point at{};
};
using applied_map = std::map<std::int64_t, applied_migration>;

auto has_history(sql_session& session) -> bool {
    const auto statement = session.engine() == sql_engine::postgresql
                               ? "SELECT to_regclass('schema_migrations') IS NOT NULL"
                               : "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'";
    const auto rows = run(session, statement);
    return session.engine() == sql_engine::postgresql ? rows[0].boolean(0) : !rows.empty();
}

// PostgreSQL: other hosts wait here until this transaction ends. SQLite: BEGIN IMMEDIATE was the
// lock. No limit for what a big table may take.
void lock_schema(sql_session& session) {
    if (session.engine() == sql_engine::postgresql) {
        session.execute_script(
            "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;"
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
    const auto rows =
        run(session,
            "SELECT version, name, checksum, applied_at FROM schema_migrations ORDER BY version");
    applied_map applied;
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const auto row = rows[i];
        applied.emplace(row.integer(0), applied_migration{row.text(1), row.text(2), row.time(3)});
    }
    return applied;
}

auto label(std::int64_t version, std::string_view name) -> std::string {
    return std::to_string(version) + " (" + std::string(name) + ")";
}

// Is what was applied what this binary knows?
auto check_history(const applied_map& applied, std::span<const migration> known) -> result<void> {
    for (const auto& [version, was] : applied) {
        const auto here = std::find_if(known.begin(), known.end(), [v = version](const auto& one) {
            return one.version == v;
        });
        if (here == known.end()) {
            return fail(
                errc::conflict, "the database has migration " + label(version, was.name) +
                                    ", which this binary does not know: it is newer. Run the "
                                    "binary that made it, or a later one"
            );
        }
        if (here->checksum != was.checksum) {
            return fail(
                errc::conflict, "migration " + label(version, was.name) +
                                    " was changed after it was applied to this database. Restore "
                                    "the file, and put the change into a new migration"
            );
        }
    }
    return {};
}

auto apply(sql_session& session, const migration& one, time_point now) -> result<void> {
    const auto script = migration_part(one.text, migration_direction::up, session.engine());
    if (!script) {
        return script.error();
    }
    session.execute_script(*script);
    run(session,
        "INSERT INTO schema_migrations (version, name, checksum, applied_at) "
        "VALUES ($1, $2, $3, $4)",
        one.version, one.name, one.checksum, now);
    return {};
}

auto take_back(sql_session& session, const migration& one) -> result<void> {
    const auto script = migration_part(one.text, migration_direction::down, session.engine());
    if (!script) {
        return script.error();
    }
    session.execute_script(*script);
    run(session, "DELETE FROM schema_migrations WHERE version = $1", one.version);
    return {};
}

// One step in one transaction; true: there was one to do. `step` finds it and does it.
template <class Step>
auto repeat(database& db, std::span<const migration> known, std::string_view event, Step step)
    -> result<int> {
    for (int done = 0;; ++done) {
        auto did = db.as_service_now(
            access::write,
            [&](sql_session& session) -> result<std::optional<std::int64_t>> {
                lock_schema(session);
                const auto applied = read_applied(session);
                if (auto sound = check_history(applied, known); !sound) {
                    return sound.error();
                }
                return step(session, applied);
            }
        );
        if (!did) {
            return did.error();
        }
        if (!*did) {
            return done;
        }
        log(log_level::info, event, {{log_key::version, **did}});
    }
}

using step_result = result<std::optional<std::int64_t>>;

}  // namespace

auto migrate_up(database& db, const clock& time, std::span<const migration> known) -> result<int> {
    const auto step = [&](sql_session& session, const applied_map& applied) -> step_result {
        const auto next = std::find_if(known.begin(), known.end(), [&](const auto& one) {
            return !applied.contains(one.version);
        });
        if (next == known.end()) {
            return std::optional<std::int64_t>();
        }
        if (auto done = apply(session, *next, time.now()); !done) {
            return done.error();
        }
        return std::optional(next->version);
    };
    return repeat(db, known, "migrated", step);
}

auto migrate_down(database& db, std::int64_t version, std::span<const migration> known)
    -> result<int> {
    const auto step = [&](sql_session& session, const applied_map& applied) -> step_result {
        if (applied.empty() || applied.rbegin()->first <= version) {
            return std::optional<std::int64_t>();
        }
        const auto newest = applied.rbegin()->first;
        const auto one = std::find_if(known.begin(), known.end(), [&](const auto& candidate) {
            return candidate.version == newest;
        });
        if (auto done = take_back(session, *one); !done) {
            return done.error();
        }
        return std::optional(newest);
    };
    return repeat(db, known, "migrated_back", step);
}

auto migration_status(database& db, std::span<const migration> known)
    -> result<std::vector<migration_state>> {
    return db.as_service_now(
        access::read,
        [&](sql_session& session) -> result<std::vector<migration_state>> {
            const auto applied = has_history(session) ? read_applied(session) : applied_map();
            if (auto sound = check_history(applied, known); !sound) {
                return sound.error();
            }
            std::vector<migration_state> states;
            for (const auto& one : known) {
                const auto was = applied.find(one.version);
                states.push_back(
                    {one.version, std::string(one.name),
                     was == applied.end() ? std::nullopt : std::optional(was->second.at)}
                );
            }
            return states;
        }
    );
}

}  // namespace tenon::host
