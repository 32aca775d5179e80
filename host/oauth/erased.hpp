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

// First of all in the transaction that stores what the actor's user began at `began`: until it ends
// no erasure of that user's begins or ends. Hosts' clocks may differ by erasure_margin: what began
// so soon after one is refused as well. Who comes back after one is a new user, with a
// pseudonym of their own. Error: invalid_state (the user is being erased, or was since; the
// transaction must come to nothing).
[[nodiscard]] auto refuse_erased(
    sql_session& session, const oauth_context& context, const actor& by, time_point began
) -> result<void>;

// The same where the log is not going to name the user for it: leaves no pseudonym behind.
[[nodiscard]] auto refuse_erased_unnamed(
    sql_session& session, const oauth_context& context, const user_id& user, time_point began
) -> result<void>;
[[nodiscard]] auto refuse_erased_unnamed(
    sql_session& session, const sealer& seal, random_source& random, const user_id& user,
    time_point began
) -> result<void>;

// The same for who has no keys: refuses too where another user of the organization was erased less
// than erasure_margin before `began`, for whom it can't be told apart from.
[[nodiscard]] auto refuse_maybe_erased(
    sql_session& session, random_source& random, const user_id& user, time_point began
) -> result<void>;

// The other side of it: until this transaction ends nothing is stored for the actor's user. The
// user's pseudonym; nothing: the log never named the user, or not since an erasure. An empty user
// stands for several: an answer that is kept about them waits for whoever ends an erasure.
auto hold_subject(sql_session& session, const oauth_context& context, const actor& by)
    -> std::optional<std::string>;

}  // namespace tenon::host
