// Answers that are kept, so that a repeated mutation is answered and not done again.
#pragma once

#include "store/sql.hpp"

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
using idempotent_outcome =
    std::variant<idempotent_started, idempotent_running, idempotent_different, idempotent_finished>;

// Hashes are 32 bytes; `key_hash` is of whatever tells one caller's key from another's. An expired
// one counts as not there.
[[nodiscard]] auto begin_idempotent(
    sql_session& session, const std::string& key_hash, const std::string& request_hash,
    time_point now, time_point expires_at
) -> idempotent_outcome;
// From now on it expires at `expires_at`: what runs is given less time than an answer is kept, so
// that a crash blocks a key for minutes only. False: it was not running.
auto finish_idempotent(
    sql_session& session, const std::string& key_hash, std::int64_t status,
    const std::string& sealed, time_point expires_at
) -> bool;
// Nothing was done: the key may be used again.
auto abandon_idempotent(sql_session& session, const std::string& key_hash) -> bool;
// As the service: removes up to `limit` that have expired; answers how many.
auto erase_expired_idempotency(sql_session& session, time_point now, std::size_t limit)
    -> std::int64_t;

}  // namespace tenon::host
