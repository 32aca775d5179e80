// What may be called how: the same over REST and on the command line.
#pragma once

#include <string_view>

namespace tenon::host {

// Of a key or an organization: UTF-8 of at most 200 bytes, not empty, without control characters.
// What is wrong with it; empty: nothing.
[[nodiscard]] auto problem_of_name(std::string_view name) noexcept -> std::string_view;

// Of a user, whose id is the caller's own: UTF-8 of at most 255 bytes, not empty, without control
// characters. What is wrong with it; empty: nothing.
[[nodiscard]] auto problem_of_user(std::string_view id) noexcept -> std::string_view;

}  // namespace tenon::host
