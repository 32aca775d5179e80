#include "backup/restoring.hpp"

#include "backup/reader.hpp"
#include "store/carrying.hpp"
#include "store/migration_history.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

// `behind`: whether the schema may still have to be migrated to the backup's.
auto check_empty(sql_session& session, std::int64_t schema, bool behind) -> result<void> {
    const auto applied = read_applied(session);
    if (auto sound = check_history(applied, built_in_migrations()); sound.has_error()) {
        return sound;
    }
    if (const auto table = first_with_rows(session); !table.empty()) {
        return fail(
            errc::conflict, "the database is not empty (" + table +
                                " has rows), and a restore never overwrites: stop its hosts, and "
                                "name another database (a new SQLite file, or CREATE DATABASE)"
        );
    }
    const auto newest = applied.empty() ? 0 : applied.rbegin()->first;
    if (newest > schema || (newest < schema && !behind)) {
        const auto number = std::to_string(schema);
        return fail(
            errc::conflict, "the database is empty, but its schema is of migration " +
                                std::to_string(newest) + " and the backup's of " + number +
                                ": run `tenon migrate down --to " + number + "`, then restore again"
        );
    }
    return {};
}

auto check_columns(sql_session& session, const backup_table& table) -> result<const kept_table*> {
    const auto* kept = find_kept_table(table.name);
    auto here = columns_of(session, table.name);
    auto there = table.columns;
    std::sort(here.begin(), here.end());
    std::sort(there.begin(), there.end());
    if (kept == nullptr || here != there) {
        return fail(
            errc::invalid_request,
            "the backup's table " + table.name + " is not as its migrations make it"
        );
    }
    return kept;
}

auto load(sql_session& session, backup_reader& reader, const rows_told& told) -> result<void> {
    const auto total = row_count(reader.head());
    std::int64_t done = 0;
    const kept_table* table = nullptr;
    auto more = reader.next();
    for (; more.has_value() && *more; more = reader.next()) {
        if (reader.rows().empty()) {
            const auto checked = check_columns(session, reader.table());
            if (checked.has_error()) {
                return checked.error();
            }
            table = *checked;
            continue;
        }
        write_rows(session, *table, reader.table().columns, reader.rows());
        done += static_cast<std::int64_t>(reader.rows().size());
        told(done, total);
    }
    if (more.has_error()) {
        return more.error();
    }
    settle_rows(session);
    return {};
}

auto migrate_to(database& db, const clock& time, std::int64_t schema) -> result<void> {
    const auto known = built_in_migrations();
    const auto behind = std::find_if(known.begin(), known.end(), [&](const migration& one) {
        return one.version > schema;
    });
    const auto count = static_cast<std::size_t>(behind - known.begin());
    if (auto done = migrate_up(db, time, known.first(count)); done.has_error()) {
        return done.error();
    }
    return {};
}

}  // namespace

auto restore_backup(database& db, const clock& time, byte_source source, const rows_told& told)
    -> result<backup_head> {
    auto reader = backup_reader::open(std::move(source));
    if (reader.has_error()) {
        return reader.error();
    }
    const auto head = reader->head();
    if (auto known = check_schema(head); known.has_error()) {
        return known.error();
    }
    const auto schema = schema_of(head);
    auto empty = db.as_service_now(access::read, [&](sql_session& session) {
        return check_empty(session, schema, true);
    });
    if (empty.has_error()) {
        return empty.error();
    }
    if (auto migrated = migrate_to(db, time, schema); migrated.has_error()) {
        return migrated.error();
    }
    // A host that starts meanwhile waits for the lock, and finds all of it.
    auto loaded = db.as_service_now(access::write, [&](sql_session& session) -> result<void> {
        lock_schema(session);
        if (auto still = check_empty(session, schema, false); still.has_error()) {
            return still;
        }
        told(0, row_count(head));
        return load(session, *reader, told);
    });
    if (loaded.has_error()) {
        return loaded.error();
    }
    if (auto newest = migrate_up(db, time); newest.has_error()) {
        return newest.error();
    }
    return head;
}

}  // namespace tenon::host
