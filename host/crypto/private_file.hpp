// Files that hold secrets: nobody else may read them, and they are replaced whole. Blocking; any
// thread.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

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

// The text of a file, at most 64 KiB. Errors: not_found (no such file), invalid_request (no regular
// file, too long, or others than its owner may read or change it, with the chmod that mends it),
// internal (the system's reason).
[[nodiscard]] auto read_private_file(const std::filesystem::path& path) -> result<secret>;

// Writes a file of mode 0600 at once or not at all: temporary file, fsync, rename, fsync of the
// folder. Error: internal, with the system's reason.
[[nodiscard]] auto replace_private_file(const std::filesystem::path& path, std::string_view text)
    -> result<void>;

// Waits until nobody else holds the file's lock; it is held as long as the answer lives. Error:
// internal.
[[nodiscard]] auto lock_file(const std::filesystem::path& path) -> result<file_descriptor>;

}  // namespace tenon::host
