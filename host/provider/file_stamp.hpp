// Is a file what it was when it was last read? As far as the file system tells, without reading it.
#pragma once

#include <sys/types.h>

#include <ctime>
#include <filesystem>
#include <optional>

namespace tenon::host {

class file_stamp {
  public:
    // To be taken before the file is read. Nothing if there is no such file.
    [[nodiscard]] static auto of(const std::filesystem::path& path) -> std::optional<file_stamp>;

    // The same file, unchanged since. A file system's clock is coarse: a file that had changed just
    // before it was stamped is the same as nothing.
    [[nodiscard]] auto same_as(const file_stamp& earlier) const noexcept -> bool;

  private:
    ::dev_t device_{};
    ::ino_t inode_{};
    ::off_t size_{};
    std::timespec changed_{};  // its status, which no program can set: any write moves it
    bool settled_ = false;
};

}  // namespace tenon::host
