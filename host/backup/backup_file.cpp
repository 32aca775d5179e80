#include "backup/backup_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

auto reason() -> std::string {
    return std::system_category().message(errno);
}

auto write_all(int file, std::string_view bytes) -> result<void> {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return fail(errc::storage_unavailable, "the backup can't be written: " + reason());
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return {};
}

auto read_some(int file, std::span<char> into) -> result<std::size_t> {
    for (;;) {
        const auto got = ::read(file, into.data(), into.size());
        if (got >= 0) {
            return static_cast<std::size_t>(got);
        }
        if (errno != EINTR) {
            return fail(errc::internal, "the backup can't be read: " + reason());
        }
    }
}

auto folder_of(const fs::path& path) -> fs::path {
    return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

auto taken(const fs::path& path) -> error {
    return fail(
        errc::conflict,
        path.string() + " is there already: it is not replaced; choose another name, or remove it"
    );
}

// Where the file system knows how to, a name that was taken meanwhile stays whose it is.
auto give_name(const std::string& temporary, const fs::path& path) -> result<void> {
    if (::renameat2(AT_FDCWD, temporary.c_str(), AT_FDCWD, path.c_str(), RENAME_NOREPLACE) == 0) {
        return {};
    }
    if (errno == EEXIST) {
        return taken(path);
    }
    if (errno == EINVAL && ::rename(temporary.c_str(), path.c_str()) == 0) {
        return {};
    }
    return fail(errc::internal, "can't write " + path.string() + ": " + reason());
}

}  // namespace

auto new_backup_file::create(const fs::path& path) -> result<std::unique_ptr<new_backup_file>> {
    std::error_code ignored;
    if (fs::exists(fs::symlink_status(path, ignored))) {
        return taken(path);
    }
    std::string temporary = path.string() + ".XXXXXX";
    file_descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
    if (!file) {
        return fail(errc::internal, "can't write beside " + path.string() + ": " + reason());
    }
    return std::unique_ptr<new_backup_file>(
        new new_backup_file(path, std::move(temporary), std::move(file))
    );
}

new_backup_file::~new_backup_file() {
    if (!temporary_.empty()) {
        ::unlink(temporary_.c_str());
    }
}

auto new_backup_file::sink() -> byte_sink {
    return [this](std::string_view bytes) { return write_all(file_.number(), bytes); };
}

auto new_backup_file::keep() -> result<void> {
    if (::fsync(file_.number()) != 0) {
        return fail(errc::internal, "can't write " + path_.string() + ": " + reason());
    }
    if (auto named = give_name(temporary_, path_); named.has_error()) {
        return named;
    }
    temporary_.clear();
    const file_descriptor folder(
        ::open(folder_of(path_).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    );
    if (!folder || ::fsync(folder.number()) != 0) {
        return fail(errc::internal, "can't make " + path_.string() + " durable: " + reason());
    }
    return {};
}

auto standard_output() -> byte_sink {
    return [](std::string_view bytes) { return write_all(STDOUT_FILENO, bytes); };
}

auto read_backup_file(const fs::path& path) -> result<byte_source> {
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (number < 0) {
        return fail(
            errno == ENOENT ? errc::not_found : errc::internal,
            "can't read " + path.string() + ": " + reason()
        );
    }
    auto file = std::make_shared<file_descriptor>(number);
    struct stat about {};
    if (::fstat(number, &about) != 0 || !S_ISREG(about.st_mode)) {
        return fail(
            errc::invalid_request,
            path.string() + " is not a regular file: a backup is read twice, so save it first"
        );
    }
    return byte_source([file](std::span<char> into) { return read_some(file->number(), into); });
}

}  // namespace tenon::host
