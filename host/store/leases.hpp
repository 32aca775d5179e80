// Background work that one host at a time does.
#pragma once

#include "store/sql.hpp"

#include <string>

namespace tenon::host {

// As the service: true where nobody else holds the lease of that name; it is ours until then. Who
// holds it renews it in the same way.
[[nodiscard]] auto take_lease(
    sql_session& session, const std::string& name, const std::string& owner, time_point until,
    time_point now
) -> bool;

}  // namespace tenon::host
