#include "base/whole_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace tenon::host {
namespace {

auto system_failure(const std::filesystem::path& path, std::string_view what) -> error {
    return fail(
        errc::internal, "can't " + std::string(what) + " " + path.string() + ": " +
                            std::system_category().message(errno)
    );
}

auto write_all(int file, std::string_view bytes) -> bool {
    while (!bytes.empty()) {
        const auto written = ::write(file, bytes.data(), bytes.size());
        if (written < 0 && errno != EINTR) {
            return false;
        }
        bytes.remove_prefix(written < 0 ? 0 : static_cast<std::size_t>(written));
    }
    return true;
}

auto folder_of(const std::filesystem::path& path) -> std::filesystem::path {
    return path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
}

}  // namespace

file_descriptor::~file_descriptor() {
    if (number_ >= 0) {
        ::close(number_);
    }
}

auto replace_file(const std::filesystem::path& path, std::string_view bytes, ::mode_t mode)
    -> result<void> {
    std::string temporary = path.string() + ".XXXXXX";
    const file_descriptor file(::mkostemp(temporary.data(), O_CLOEXEC));  // made with mode 0600
    if (!file) {
        return system_failure(path, "write beside");
    }
    if (!write_all(file.number(), bytes) || ::fchmod(file.number(), mode) != 0 ||
        ::fsync(file.number()) != 0 || ::rename(temporary.c_str(), path.c_str()) != 0) {
        auto failure = system_failure(path, "write");
        ::unlink(temporary.c_str());
        return failure;
    }
    const file_descriptor folder(::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    );
    if (!folder || ::fsync(folder.number()) != 0) {
        return system_failure(path, "make durable");
    }
    return {};
}

}  // namespace tenon::host
