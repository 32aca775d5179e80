#include "provider/file_stamp.hpp"

#include <sys/stat.h>

namespace tenon::host {
namespace {

constexpr std::time_t coarsest = 2;  // seconds: of the file systems that are in use

}  // namespace

auto file_stamp::of(const std::filesystem::path& path) -> std::optional<file_stamp> {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) {
        return std::nullopt;
    }
    file_stamp out;
    out.device_ = about.st_dev;
    out.inode_ = about.st_ino;
    out.size_ = about.st_size;
    out.changed_ = about.st_ctim;
    out.settled_ = about.st_ctim.tv_sec + coarsest < std::time(nullptr);
    return out;
}

auto file_stamp::same_as(const file_stamp& earlier) const noexcept -> bool {
    return earlier.settled_ && device_ == earlier.device_ && inode_ == earlier.inode_ &&
           size_ == earlier.size_ && changed_.tv_sec == earlier.changed_.tv_sec &&
           changed_.tv_nsec == earlier.changed_.tv_nsec;
}

}  // namespace tenon::host
