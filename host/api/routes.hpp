// The table: every route there is, once.
#pragma once

#include "api/call.hpp"

#include <span>

namespace tenon::host {

// Of static storage, in the order of the contract.
[[nodiscard]] auto route_table() noexcept -> std::span<const route_spec>;

// Is it on the listener that everybody reaches? /metrics is not where operators have one of their
// own.
[[nodiscard]] auto is_open(const route_spec& spec, const api_settings& settings) noexcept -> bool;

}  // namespace tenon::host
