#include "app/database_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

namespace tenon::host {

namespace fs = std::filesystem;

database_lock::~database_lock() {
    if (descriptor_ >= 0) {
        ::close(descriptor_);
    }
}

database_lock::database_lock(database_lock&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)) {}

auto database_lock::operator=(database_lock&& other) noexcept -> database_lock& {
    std::swap(descriptor_, other.descriptor_);
    return *this;
}

auto database_lock::take(std::string_view database_url) -> result<database_lock> {
    constexpr std::string_view embedded = "sqlite:";
    if (!database_url.starts_with(embedded)) {
        return database_lock();
    }
    const fs::path file(database_url.substr(embedded.size()));
    std::error_code unresolved;
    auto path = fs::weakly_canonical(file, unresolved);
    path = unresolved ? file : path;
    path += ".lock";
    database_lock lock;
    lock.descriptor_ = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (lock.descriptor_ < 0) {
        const std::error_code reason(errno, std::generic_category());
        return fail(errc::internal, path.string() + " can't be opened: " + reason.message());
    }
    if (::flock(lock.descriptor_, LOCK_EX | LOCK_NB) != 0) {
        return fail(
            errc::conflict,
            "another tenon serves from " + file.string() +
                " already: stop it, choose another database, or use PostgreSQL for several hosts"
        );
    }
    return lock;
}

}  // namespace tenon::host
