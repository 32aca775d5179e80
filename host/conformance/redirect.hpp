// Lets the calls that a loaded library makes to others end elsewhere.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace tenon::host::conformance {

struct redirection {
    const char* name;  // the symbol's
    void* to;
};

// Writes the addresses into the tables through which the library that `address` lies in calls
// others. How many entries were changed.
auto redirect_calls(const void* address, const std::vector<redirection>& to) -> std::size_t;
// The same for a loaded library of that name; 0 where there is none.
auto redirect_library(std::string_view name, const std::vector<redirection>& to) -> std::size_t;

}  // namespace tenon::host::conformance
