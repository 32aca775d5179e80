// The host, wired and running.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"

#include <filesystem>

namespace tenon::host {

// Starts everything, prints one ready line a listener on standard output, serves until SIGTERM or
// SIGINT, drains; a second one ends it at once. SIGHUP reads the configuration anew. Blocks.
// Errors: whatever keeps it from starting, as one readable line.
[[nodiscard]] auto serve(const std::filesystem::path& config) -> result<void>;

}  // namespace tenon::host
