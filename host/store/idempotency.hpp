// Answers that are kept, so that a repeated mutation is answered and not done again.
#pragma once

#include "store/erasures.hpp"
#include "store/sql.hpp"

#include <optional>
#include <string>
#include <variant>

namespace tenon::host {

struct idempotent_started {};    // do it, then finish or abandon
struct idempotent_running {};    // another request of that key is at it
struct idempotent_different {};  // the key was used for another request
struct idempotent_finished {     // answer with this
    std::int64_t status = 0;
    std::string sealed;
};
struct idempotent_erased {};  // it was done, and its answer is not kept: a user was erased
using idempotent_outcome = std::variant<
    idempotent_started, idempotent_running, idempotent_different, idempotent_finished,
    idempotent_erased>;

// Hashes are 32 bytes; `key_hash` is of whatever tells one caller's key from another's. An expired
// one counts as not there.
[[nodiscard]] auto begin_idempotent(
    sql_session& session, const std::string& key_hash, const std::string& request_hash,
    time_point now, time_point expires_at
) -> idempotent_outcome;
struct kept_answer {
    std::int64_t status = 0;
    std::string sealed;
    std::optional<user_id> user = {};  // whose data it holds; empty id: several users'
    erased_user about = {};            // that one: see erasures.hpp
    time_point expires_at{};
};
// From now on it expires as the answer says: what runs is given less time than an answer is kept,
// so that a crash blocks a key for minutes only. False: it was not running; or its user (of
// several: any user of the organization) is being erased, or was since it began: nothing of theirs
// is kept but that it was done, for as long as the answer would have been.
auto finish_idempotent(sql_session& session, const std::string& key_hash, const kept_answer& answer)
    -> bool;
// Nothing was done: the key may be used again.
auto abandon_idempotent(sql_session& session, const std::string& key_hash) -> bool;
// Empties what holds the user's data, and what holds several users'; the keys stay used, for what
// was done once must not be done again. Answers how many of the former.
auto erase_answers(sql_session& session, const user_id& user) -> std::int64_t;
// As the service: removes up to `limit` that have expired; answers how many.
auto erase_expired_idempotency(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t;

}  // namespace tenon::host
