// Who is being erased, or was a moment ago: nothing that began before is stored for them.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "store/erasures.hpp"

namespace tenon::host {

// The actor's user, and what stays of the id for two hours: a hash under the keyring's current key,
// so that who has the database alone can't tell whether a user whom they guess was erased. It may
// be stored under any other key of the keyring, or, before hashes had a key, without one.
[[nodiscard]] auto who_of(const oauth_context& context, const actor& by) -> erased_user;
[[nodiscard]] auto who_of(const sealer& seal, const org_id& org, const user_id& user)
    -> erased_user;

// First of all in the transaction that stores what the actor's user began at `began`: the user is
// held (hold_user), so that no erasure of theirs begins or ends before this does. Hosts' clocks may
// differ by erasure_margin: what began so soon after one is refused as well. Who comes back after
// one is a new user, with a pseudonym of their own. Error: invalid_state (the user is being erased,
// or was since; the transaction must come to nothing).
//
// Of a connect's four transactions three need it, for each leaves something of the user's: the flow
// that waits for its callback, the first reply of the exchange (which names its user until it has
// landed, and is found by no erasure that has looked before), and the landing. The taking of the
// flow only removes. A later reply hangs on the first one's row, which an erasure has removed.
[[nodiscard]] auto refuse_erased(
    sql_session& session, const oauth_context& context, const actor& by, time_point began
) -> result<void>;

// The same where the log is not going to name the user for it: leaves no pseudonym behind.
[[nodiscard]] auto refuse_erased_unnamed(
    sql_session& session, const sealer& seal, const user_id& user, time_point began
) -> result<void>;

// The same for who has no keys: refuses too where another user of the organization was erased less
// than erasure_margin before `began`, for whom it can't be told apart from.
[[nodiscard]] auto refuse_maybe_erased(sql_session& session, const user_id& user, time_point began)
    -> result<void>;

}  // namespace tenon::host
