// The table: every route there is, once.
#pragma once

#include "api/call.hpp"

#include <span>

namespace tenon::host {

// Of static storage, in the order of the contract.
[[nodiscard]] auto route_table() noexcept -> std::span<const route_spec>;

}  // namespace tenon::host
