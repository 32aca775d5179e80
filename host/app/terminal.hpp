// What is printed for people to read.
#pragma once

#include <string>
#include <string_view>

namespace tenon::host {

// Text that may hold a stranger's words (a plugin's, a file's), on its way to a terminal: control
// characters, which could steer it, are shown as `?`. Lines stay lines, letters of any alphabet
// what they are.
[[nodiscard]] auto for_terminal(std::string_view text) -> std::string;
// The same of what is a part of one line: it ends none.
[[nodiscard]] auto for_one_line(std::string_view text) -> std::string;

}  // namespace tenon::host
