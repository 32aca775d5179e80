// Who is being erased, or was a moment ago: nothing that began before is stored for them.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "store/erasures.hpp"

namespace tenon::host {

// What stays of a user's id for two hours.
[[nodiscard]] auto erased_hash(const org_id& org, const user_id& user) -> std::string;

// In the transaction that would store what the actor's user began at `began`. Error: invalid_state
// (the user is being erased, or was since).
[[nodiscard]] auto refuse_erased(sql_session& session, const actor& by, time_point began)
    -> result<void>;

}  // namespace tenon::host
