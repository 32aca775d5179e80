// The command line of tenon-conformance.
#pragma once

#include "conformance/report.hpp"

#include <iosfwd>

namespace tenon::host::conformance {

// Does what the arguments say; the answer is the exit code of report.hpp.
auto run_command(int argc, const char* const* argv, std::ostream& out, std::ostream& complaints)
    -> int;

}  // namespace tenon::host::conformance
