#include "conformance/process_state.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace tenon::host::conformance {
namespace {

auto lines_of(const char* file) -> std::size_t {
    std::ifstream from(file);
    std::size_t out = 0;
    for (std::string line; std::getline(from, line);) {
        ++out;
    }
    return out;
}

// Both lead to one file in a check's process.
auto size_of_output() -> std::size_t {
    std::fflush(nullptr);
    struct stat about {};
    return ::fstat(STDOUT_FILENO, &about) == 0 ? static_cast<std::size_t>(about.st_size) : 0;
}

}  // namespace

auto look_at_process() -> process_state {
    process_state out;
    std::error_code gone;  // the listing's own descriptor leads nowhere afterwards
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd", gone)) {
        const auto target = std::filesystem::read_symlink(entry.path(), gone).string();
        if (!gone && target.find("/fd") == std::string::npos) {
            out.descriptors.insert(entry.path().filename().string() + " " + target);
        }
    }
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", gone)) {
        out.threads += entry.exists(gone) ? 1U : 0U;
    }
    out.mappings = lines_of("/proc/self/maps");
    out.printed = size_of_output();
    return out;
}

}  // namespace tenon::host::conformance
