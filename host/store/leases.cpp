#include "store/leases.hpp"

namespace tenon::host {

auto take_lease(
    sql_session& session, const std::string& name, const std::string& owner, time_point until,
    time_point now
) -> bool {
    return run(session,
               "INSERT INTO leases (name, owner, until) VALUES ($1, $2, $3) "
               "ON CONFLICT (name) DO UPDATE SET owner = $2, until = $3 "
               "WHERE leases.owner = $2 OR leases.until <= $4",
               name, owner, until, now)
               .affected() > 0;
}

}  // namespace tenon::host
