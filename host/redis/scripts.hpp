// What Redis does in one step each, in Lua. Times are Redis's own: hosts' clocks differ.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tenon::host {

enum class redis_script : std::uint8_t {
    // KEYS: a subject. ARGV: how many, in how many microseconds. Answers how many microseconds
    // until there is room; 0: there was, and it is taken.
    slide,
    // KEYS: a subject. ARGV: how many microseconds to add. Answers how many until the bucket will
    // be full again.
    spend,
    // KEYS: the holds. ARGV: a name and its milliseconds, again and again; 0: it is over. Answers
    // the same of all that last, with what is left, and 0 of those that ended a moment ago.
    tell,
};
inline constexpr std::size_t redis_script_count = 3;

[[nodiscard]] auto text_of(redis_script which) -> const char*;

struct redis_call {
    redis_script script = redis_script::slide;
    std::string key;
    std::vector<std::string> arguments;
};

struct redis_answer {
    std::int64_t number = 0;
    std::vector<std::string> items;  // where it is a list
};

}  // namespace tenon::host
