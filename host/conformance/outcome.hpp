// How an operation ended, in the words of a cassette's `outcome`.
#pragma once

#include "conformance/play.hpp"

#include <string>

namespace tenon::host::conformance {

// What of the expected outcome is otherwise, member by member; empty: nothing. Members that it
// does not name may be anything.
[[nodiscard]] auto difference(const std::string& expected, const performance& run) -> std::string;

}  // namespace tenon::host::conformance
