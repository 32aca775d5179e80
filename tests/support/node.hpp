// Node.js, for servers of tests that are written in it.
#pragma once

#include <string>

namespace tenon::test {

// The program's path. Throws std::runtime_error, which says what to install, where there is none.
[[nodiscard]] auto node_program() -> std::string;

}  // namespace tenon::test
