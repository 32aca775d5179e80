// What a plugin says of itself before anybody approved it, asked in a worker: to load it is to run
// its code.
#pragma once

#include "base/result.hpp"
#include "provider/descriptor.hpp"
#include "provider/plugin_image.hpp"

#include <memory>
#include <vector>

namespace tenon::host {

// Loads the image in a confined process (provider/plugin_worker.hpp) and answers what its providers
// declare: names, origins, connect fields, scopes, host calls. Nothing of it is believed later:
// what is loaded is compared with what was approved. Error: invalid_request (it can't be loaded, it
// crashed, hung, or tried a system call). Blocks for 10 seconds at most.
[[nodiscard]] auto inspect_plugin(std::shared_ptr<plugin_image> image)
    -> result<std::vector<descriptor>>;

}  // namespace tenon::host
