// Would the file be loaded where the host loads what strangers wrote?
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::host::conformance {

// Loads these bytes as a worker does, in a process of its own that is confined first. How that
// ended it; nothing where it loads, and where a worker refuses it in words, which other checks have
// too. For a check's process: it has one thread.
[[nodiscard]] auto lost_in_a_worker(std::string_view bytes) -> std::optional<std::string>;

}  // namespace tenon::host::conformance
