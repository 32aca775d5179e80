// JSON from outside: bounded in depth, and never thrown about.
#pragma once

#include "base/result.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace tenon::host {

inline constexpr int max_json_depth = 64;

// What becomes of an object's member that is there twice. Taken: the last one counts; others may
// read the first.
enum class repeated_members { taken, refused };

// Parses text of foreign origin: UTF-8 JSON, nested at most max_json_depth deep, nothing behind it.
// Error: invalid_json, with the offset, or the name of what is there twice.
[[nodiscard]] auto parse_json(
    std::string_view text, repeated_members repeated = repeated_members::taken
) -> result<nlohmann::json>;

// Checks the same without building anything, and that no string holds NUL: text that is stored byte
// for byte.
[[nodiscard]] auto check_json(
    std::string_view text, repeated_members repeated = repeated_members::taken
) -> result<void>;

}  // namespace tenon::host
