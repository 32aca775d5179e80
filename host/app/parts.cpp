#include "app/parts.hpp"

#include "store/migrations.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

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
    std::error_code problem;
    fs::create_directories(values.data_dir, problem);
    if (problem) {
        return fail(
            errc::internal, "data_dir " + values.data_dir + " can't be made: " + problem.message()
        );
    }
    if (::chmod(values.data_dir.c_str(), S_IRWXU) != 0) {
        return fail(
            errc::internal,
            "data_dir " + values.data_dir + " can't be kept to its owner: " + reason_of(errno)
        );
    }
    return {};
}

auto open_configured(const settings& values, migrations how) -> result<std::unique_ptr<database>> {
    database_options options;
    options.connections = values.database_connections;
    auto db = open_database(std::string(values.database.reveal()), options);
    if (db.has_error()) {
        return db.error();
    }
    const bool apply =
        how == migrations::apply || (how == migrations::as_configured && values.auto_migrate);
    if (apply) {
        if (auto done = migrate_up(**db, system_clock()); done.has_error()) {
            return done.error();
        }
    } else if (how == migrations::as_configured) {
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

directory_lock::~directory_lock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

directory_lock::directory_lock(directory_lock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

auto directory_lock::operator=(directory_lock&& other) noexcept -> directory_lock& {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

auto directory_lock::take(const std::string& data_dir) -> result<directory_lock> {
    const auto path = fs::path(data_dir) / "lock";
    directory_lock lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock.descriptor_ < 0) {
        return fail(errc::internal, path.string() + " can't be opened: " + reason_of(errno));
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        return fail(
            errc::conflict,
            "another tenon serves from " + data_dir +
                " already: stop it, choose another data_dir, or use PostgreSQL for several hosts"
        );
    }
    return lock;
}

}  // namespace tenon::host
