// Is the next generation of a plugin fit to take over? The fast part of what its conformance means:
// that its file, entry and descriptors are in order, the loader has seen; here it must serve every
// section of the configuration that the one before serves, begin a connect there, and bear that
// each of its operations finds the provider down.
#pragma once

#include "provider/describe.hpp"
#include "provider/plugin_shelf.hpp"

#include <functional>
#include <string>
#include <vector>

namespace tenon::host {

// What is known of the issuer of a provider of that name.
using metadata_source = std::function<discovered_metadata(const std::string& name)>;

// Error: invalid_request: which provider would suffer, and how. Nothing is sent anywhere.
[[nodiscard]] auto check_generation(
    const plugin_generation& running, const plugin_generation& next,
    const std::vector<provider_settings>& sections, const metadata_source& metadata_of,
    time_point now
) -> result<void>;

}  // namespace tenon::host
