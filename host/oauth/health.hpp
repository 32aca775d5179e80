// How a connection is doing, before anybody notices.
#pragma once

#include "oauth/views.hpp"
#include "store/connection_grants.hpp"

#include <span>

namespace tenon::host {

// How long before a connection must be renewed by its user it is called expiring.
inline constexpr std::chrono::days expiring_ahead{14};

// Of a connection with these grants. A pure function.
[[nodiscard]] auto health_of(
    connection_status status, const std::string& status_reason,
    std::span<const connection_life> lives, time_point now
) -> health_view;

[[nodiscard]] auto to_text(connection_health health) -> std::string_view;

}  // namespace tenon::host
