#include "store/migrations.hpp"

#include "base/log.hpp"
#include "store/database.hpp"
#include "store/migration_history.hpp"
#include "store/migration_text.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

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

auto check_version(std::int64_t version, std::span<const migration> known) -> result<void> {
    const auto newest = known.empty() ? 0 : known.back().version;
    if (version >= 0 && version <= newest) {
        return {};
    }
    return fail(
        errc::invalid_request, "there is no version " + std::to_string(version) +
                                   " to go back to: expected a number from 0, which takes back "
                                   "everything, to " +
                                   std::to_string(newest)
    );
}

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
    if (auto there = check_version(version, known); !there) {
        return there.error();
    }
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
            const auto applied = read_applied(session);
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
