#include "api/naming.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::host {

namespace {

constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_user = 255;

// They would steer a terminal, and end a line of a list or a log.
auto has_control(std::string_view text) noexcept -> bool {
    return std::ranges::any_of(text, [](char c) {
        return static_cast<unsigned char>(c) < 0x20U || c == 0x7F;
    });
}

auto problem_of(std::string_view text, std::size_t longest, std::string_view bounds) noexcept
    -> std::string_view {
    if (text.empty()) {
        return "must not be empty";
    }
    if (!is_utf8(text)) {
        return "must be UTF-8";
    }
    return text.size() > longest || has_control(text) ? bounds : std::string_view();
}

}  // namespace

auto problem_of_name(std::string_view name) noexcept -> std::string_view {
    return problem_of(name, longest_name, "at most 200 bytes, no control characters");
}

auto problem_of_user(std::string_view id) noexcept -> std::string_view {
    return problem_of(id, longest_user, "at most 255 bytes, no control characters");
}

}  // namespace tenon::host
