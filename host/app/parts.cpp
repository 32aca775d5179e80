#include "app/parts.hpp"

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "store/audit.hpp"
#include "store/migrations.hpp"
#include "store/roles.hpp"

#include <sys/stat.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

auto reason_of(int code) -> std::string {
    return std::error_code(code, std::generic_category()).message();
}

auto pending_count(database& db) -> result<std::size_t> {
    auto states = migration_status(db);
    if (states.has_error()) {
        return states.error();
    }
    std::size_t pending = 0;
    for (const auto& state : *states) {
        pending += state.applied_at ? 0 : 1;
    }
    return pending;
}

}  // namespace

auto make_data_dir(const settings& values) -> result<void> {
    const fs::path dir = fs::path(values.data_dir) / "";  // the same with a slash at its end
    std::error_code problem;
    fs::create_directories(dir.parent_path().parent_path(), problem);
    if (::mkdir(dir.parent_path().c_str(), S_IRWXU) == 0) {
        return {};
    }
    struct stat found {};
    if (::stat(dir.c_str(), &found) != 0) {
        return fail(
            errc::internal, "data_dir " + values.data_dir + " can't be made: " + reason_of(errno)
        );
    }
    if ((found.st_mode & S_IWOTH) != 0) {
        return fail(
            errc::invalid_request, "data_dir " + values.data_dir +
                                       " can be written to by everybody: name a directory of the "
                                       "host's own"
        );
    }
    if ((found.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        log(log_level::warn, "others may look into data_dir: `chmod 700` keeps it to its owner",
            {{log_key::path, values.data_dir}});
    }
    return {};
}

auto check_authorities(const settings& values) -> result<void> {
    const auto& file = values.outbound.ca_file;
    std::error_code unreadable;
    if (!file.empty() && !fs::exists(file, unreadable)) {
        return fail(errc::invalid_request, "outbound.ca_file: there is no file " + file);
    }
    return {};
}

void note_operator(
    sql_session& session, const clock& time, random_source& random, std::string action,
    std::string detail
) {
    audit_row row;
    row.id = make_uuid(time, random);
    row.at = time.now();
    row.actor = "cli";
    row.action = std::move(action);
    row.outcome = "ok";
    row.detail = std::move(detail);
    append_audit(session, row);
}

auto open_configured(const settings& values, migrations how) -> result<std::unique_ptr<database>> {
    database_options options;
    options.connections = values.database_connections;
    auto db = open_database(std::string(values.database.reveal()), options);
    if (db.has_error()) {
        return db.error();
    }
    if (how == migrations::as_service) {
        if (auto role = check_service_role(**db); role.has_error()) {
            return role.error();
        }
    }
    const bool apply =
        how == migrations::apply || (how != migrations::leave && values.auto_migrate);
    if (apply) {
        if (auto done = migrate_up(**db, system_clock()); done.has_error()) {
            return done.error();
        }
    } else if (how != migrations::leave) {
        auto pending = pending_count(**db);
        if (pending.has_error()) {
            return pending.error();
        }
        if (*pending > 0) {
            return fail(
                errc::conflict, std::to_string(*pending) +
                                    " migrations are pending, and auto_migrate is false: run "
                                    "`tenon migrate up` first"
            );
        }
    }
    return std::move(*db);
}

}  // namespace tenon::host
