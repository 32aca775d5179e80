// What a refresh's answer makes of the grant. Only refresh_settle.cpp uses this.
#pragma once

#include "oauth/refresh_settle.hpp"

namespace tenon::host {

// Sealed, with their ends, and when the next refresh is due. `began`: when the request went out.
[[nodiscard]] auto refreshed_values(
    const refresh_settlement& settle, const granted& tokens, time_point began
) -> refreshed_grant;

}  // namespace tenon::host
