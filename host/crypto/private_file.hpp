// Files that hold secrets: nobody else may read them, and they are replaced whole. Blocking; any
// thread.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"
#include "base/whole_file.hpp"

#include <filesystem>
#include <string_view>

namespace tenon::host {

// The text of a file, at most 64 KiB. Errors: not_found (no such file), invalid_request (no regular
// file, too long, or others than its owner may read or change it, with the chmod that mends it),
// internal (the system's reason).
[[nodiscard]] auto read_private_file(const std::filesystem::path& path) -> result<secret>;

// replace_file() with mode 0600.
[[nodiscard]] auto replace_private_file(const std::filesystem::path& path, std::string_view text)
    -> result<void>;

// Waits until nobody else holds the file's lock; it is held as long as the answer lives. Error:
// internal.
[[nodiscard]] auto lock_file(const std::filesystem::path& path) -> result<file_descriptor>;

}  // namespace tenon::host
