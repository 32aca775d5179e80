// Tenants that have hosts of their own.
#pragma once

#include "provider/descriptor.hpp"

#include <string>
#include <vector>

namespace tenon::host {

// The names of the connect fields that are part of the names of hosts with one of these roles, in
// order: grants that differ there belong to different servers.
[[nodiscard]] auto host_fields(const descriptor& about, origin_roles roles)
    -> std::vector<std::string>;

}  // namespace tenon::host
