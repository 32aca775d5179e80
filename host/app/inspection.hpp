// What a plugin says of itself before anybody approved it, asked in a process of its own: to load
// it is to run its code.
#pragma once

#include "base/result.hpp"
#include "provider/descriptor.hpp"
#include "provider/plugin_image.hpp"

#include <vector>

namespace tenon::host {

// Loads the image in a child process (the same binary, an empty environment, no other descriptor,
// no privileges to gain, little time and memory) and answers what its providers declare: names,
// origins, connect fields, scopes, host calls. Nothing of it is believed later: what is loaded is
// compared with what was approved. Error: invalid_request (it can't be loaded, it crashed or hung).
// Blocks for 10 seconds at most.
[[nodiscard]] auto inspect_plugin(const plugin_image& image) -> result<std::vector<descriptor>>;

// The child's part: loads what lies in descriptor 3, writes its answer to standard output, and ends
// the process.
[[noreturn]] void answer_inspection();

}  // namespace tenon::host
