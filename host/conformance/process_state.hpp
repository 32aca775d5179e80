// What a process has: to see what a plugin changes of it.
#pragma once

#include <cstddef>
#include <set>
#include <string>

namespace tenon::host::conformance {

struct process_state {
    std::set<std::string> descriptors;  // number and what it leads to
    std::size_t threads = 0;
    std::size_t mappings = 0;  // of files and shared memory
    std::size_t printed = 0;   // bytes, on standard output and error
};

// Of this process, now.
[[nodiscard]] auto look_at_process() -> process_state;

}  // namespace tenon::host::conformance
