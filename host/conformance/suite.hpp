// A whole run.
#pragma once

#include "base/result.hpp"
#include "conformance/job.hpp"
#include "conformance/report.hpp"

namespace tenon::host::conformance {

// Runs the checks on one plugin, `jobs` of them at once, each in a process forked from this one:
// call it where there is one thread, and where no plugin was ever loaded. Error: invalid_request,
// where an option makes no sense or a file can't be read; the message says which.
[[nodiscard]] auto run_suite(const options& chosen) -> result<report>;

// Those that `only` names, by id or group; all where it is empty. Error: invalid_request, for a
// name that is none.
[[nodiscard]] auto choose_checks(const std::vector<std::string>& only)
    -> result<std::vector<const check*>>;

}  // namespace tenon::host::conformance
