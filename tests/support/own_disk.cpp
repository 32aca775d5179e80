#include "support/own_disk.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "support/process.hpp"

namespace tenon::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* mount_and_become = R"sh(
mount -t tmpfs -o "size=$1,mode=700" tmpfs "$2" && shift 2 && exec "$@"
)sh";

auto words_of(std::vector<std::string> unshare, const fs::path& folder, int megabytes)
    -> std::vector<std::string> {
    for (const auto& word :
         {std::string("--"), std::string("/bin/sh"), std::string("-c"),
          std::string(mount_and_become), std::string("sh"), std::to_string(megabytes) + "m",
          folder.string()}) {
        unshare.push_back(word);
    }
    return unshare;
}

auto works(std::vector<std::string> words) -> bool {
    words.emplace_back("/bin/true");
    try {
        return run({std::move(words), {}, {}, {}, {}}).code == 0;
    } catch (const std::exception&) {
        return false;
    }
}

auto let_grow(pid_t who, rlim_t bytes) noexcept -> bool {
    const rlimit limit{bytes, RLIM_INFINITY};
    return ::prlimit(who, RLIMIT_FSIZE, &limit, nullptr) == 0;
}

void write_until_full(const fs::path& file) {
    const int to = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR | S_IWUSR);
    if (to < 0) {
        throw std::runtime_error(file.string() + ": " + std::strerror(errno));
    }
    const std::array<char, 4'096> page{};
    while (::write(to, page.data(), page.size()) > 0) {}
    const int reason = errno;
    ::close(to);
    if (reason != ENOSPC) {
        throw std::runtime_error(file.string() + ": " + std::strerror(reason));
    }
}

}  // namespace

auto on_own_disk(const fs::path& folder, int megabytes) -> std::vector<std::string> {
    // The first is root's way, the second anybody's, where the kernel grants it.
    for (const auto& unshare :
         {std::vector<std::string>{"/usr/bin/unshare", "--mount"},
          std::vector<std::string>{"/usr/bin/unshare", "--user", "--map-root-user", "--mount"}}) {
        auto words = words_of(unshare, folder, megabytes);
        if (works(words)) {
            return words;
        }
    }
    return {};
}

full_disk::full_disk(pid_t who, const fs::path& folder) : who_(who) {
    const auto seen = "/proc/" + std::to_string(who) + "/root" + folder.string();
    struct stat theirs {};
    struct stat ours {};
    if (::stat(seen.c_str(), &theirs) == 0 && ::stat(folder.c_str(), &ours) == 0 &&
        theirs.st_dev != ours.st_dev) {
        ballast_ = fs::path(seen) / "ballast";
        write_until_full(ballast_);
    } else if (!let_grow(who_, 4'096)) {
        throw std::runtime_error(std::string("prlimit: ") + std::strerror(errno));
    }
}

full_disk::~full_disk() {
    if (!ballast_.empty()) {
        std::error_code gone;
        fs::remove(ballast_, gone);
    } else {
        let_grow(who_, RLIM_INFINITY);
    }
}

}  // namespace tenon::test
