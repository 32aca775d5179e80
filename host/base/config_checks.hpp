// What a configuration must keep to beside the types of its values. For base's own sources.
#pragma once

#include "base/config.hpp"
#include "base/config_problems.hpp"

namespace tenon::host {

void check_settings(const settings& values, config_problems& problems);

}  // namespace tenon::host
