// The file of expected failures: what an author knows of and has not mended yet.
#pragma once

#include "base/result.hpp"
#include "conformance/report.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace tenon::host::conformance {

using expectations = result<std::vector<std::string>>;

// A check's id a line; `#` begins a comment. Error: invalid_request, with the line.
[[nodiscard]] auto read_expectations(const std::filesystem::path& file) -> expectations;

// Marks what failed as it was expected, and what was expected to fail and did not.
void mark_expected(const std::vector<std::string>& expected, report& to);

}  // namespace tenon::host::conformance
