// What a descriptor must keep to.
#pragma once

#include "provider/descriptor.hpp"

namespace tenon::host {

// [a-z0-9][a-z0-9_-]{0,63}
[[nodiscard]] auto is_provider_id(std::string_view text) -> bool;

// Every departure by field; empty if there is none.
[[nodiscard]] auto check_descriptor(const descriptor& about, const trusted_origins& trusted)
    -> std::vector<field_problem>;

}  // namespace tenon::host
