// A file system of a process's own, which a test can fill.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace tenon::test {

// The words that go before a command (a program's path first), so that `folder` is to it a file
// system in memory of that size, which ends with the process. None where this system lets nobody
// make one: a container without privileges.
[[nodiscard]] auto on_own_disk(const std::filesystem::path& folder, int megabytes)
    -> std::vector<std::string>;

// What a running process has under `folder` (a path as it sees it) is full: a byte more of any file
// is ENOSPC. Where it has no file system of its own there, none of its files may grow any more
// (RLIMIT_FSIZE, so that a write fails with EFBIG).
class full_disk {
  public:
    full_disk(pid_t who, const std::filesystem::path& folder);
    // There is room again.
    ~full_disk();
    full_disk(const full_disk&) = delete;
    auto operator=(const full_disk&) -> full_disk& = delete;

  private:
    pid_t who_;
    std::filesystem::path ballast_;  // empty: its files are limited
};

}  // namespace tenon::test
