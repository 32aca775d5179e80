#include "crypto/private_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace tenon::host {
namespace {

constexpr std::size_t max_file_size = 64UL * 1024;

auto system_failure(const std::filesystem::path& path, std::string_view what) -> error {
    return fail(
        errc::internal, "can't " + std::string(what) + " " + path.string() + ": " +
                            std::system_category().message(errno)
    );
}

auto open_private(const std::filesystem::path& path) -> result<int> {
    // Not blocking: a pipe would let a start wait for whoever writes to it.
    const int number = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (number < 0) {
        return errno == ENOENT ? fail(errc::not_found, "there is no file " + path.string())
                               : system_failure(path, "read");
    }
    struct stat about {};
    if (::fstat(number, &about) != 0 || !S_ISREG(about.st_mode)) {
        ::close(number);
        return fail(errc::invalid_request, path.string() + " is not a regular file");
    }
    if ((about.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        ::close(number);
        return fail(
            errc::invalid_request, path.string() +
                                       " may be read or changed by others than its owner, and it "
                                       "holds secrets: chmod 600 " +
                                       path.string()
        );
    }
    return number;
}

}  // namespace

auto read_private_file(const std::filesystem::path& path) -> result<secret> {
    const auto opened = open_private(path);
    if (opened.has_error()) {
        return opened.error();
    }
    const file_descriptor file(*opened);
    std::string text(max_file_size + 1, '\0');  // at once: growing would leave copies behind
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file.number(), text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            wipe(text.data(), text.size());
            return system_failure(path, "read");
        }
        if (got == 0) {
            break;
        }
        size += static_cast<std::size_t>(got);
    }
    if (size > max_file_size) {
        wipe(text.data(), text.size());
        return fail(errc::invalid_request, path.string() + " is longer than 64 KiB");
    }
    text.resize(size);
    return secret(std::move(text));
}

auto replace_private_file(const std::filesystem::path& path, std::string_view text)
    -> result<void> {
    return replace_file(path, text, S_IRUSR | S_IWUSR);
}

auto lock_file(const std::filesystem::path& path) -> result<file_descriptor> {
    file_descriptor lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock || ::flock(lock.number(), LOCK_EX) != 0) {
        return system_failure(path, "lock");
    }
    return lock;
}

}  // namespace tenon::host
