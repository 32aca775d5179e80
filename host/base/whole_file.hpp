// Files that are replaced whole: a reader finds the old one or the new one. Blocking; any thread.
#pragma once

#include "base/result.hpp"

#include <sys/types.h>

#include <filesystem>
#include <string_view>
#include <utility>

namespace tenon::host {

// An open file of the system's, closed when it goes.
class file_descriptor {
  public:
    explicit file_descriptor(int number) noexcept : number_(number) {}
    ~file_descriptor();
    file_descriptor(file_descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    auto operator=(file_descriptor&&) -> file_descriptor& = delete;
    file_descriptor(const file_descriptor&) = delete;
    auto operator=(const file_descriptor&) -> file_descriptor& = delete;
    [[nodiscard]] auto number() const noexcept -> int { return number_; }
    explicit operator bool() const noexcept { return number_ >= 0; }

  private:
    int number_;
};

// Writes a file of that mode at once or not at all: temporary file, fsync, rename, fsync of the
// folder. Error: internal, with the system's reason.
[[nodiscard]] auto replace_file(
    const std::filesystem::path& path, std::string_view bytes, ::mode_t mode
) -> result<void>;

}  // namespace tenon::host
