// From stored rows to what is shown.
#pragma once

#include "oauth/views.hpp"
#include "store/confirmations.hpp"
#include "store/connections.hpp"

namespace tenon::host {

[[nodiscard]] auto to_view(const connection_row& row, std::optional<time_point> expires_at)
    -> connection_view;
// One that waits to be confirmed.
[[nodiscard]] auto to_view(const confirmation_row& row) -> connection_view;

}  // namespace tenon::host
