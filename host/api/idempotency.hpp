// Idempotency-Key: a mutation that is repeated under the same key is answered, not done again.
#pragma once

#include "api/call.hpp"
#include "store/idempotency.hpp"

namespace tenon::host {

// Runs the handler once for the caller's Idempotency-Key; the same request again gets the stored
// answer (sealed, kept for idempotency_lifetime, header Idempotency-Replayed: true). Answers of 429
// and 5xx are not kept: nothing came of them. Errors: conflict (the key was used for another
// request; or the first one is still at it, retry_after; or it was done and the answer is not kept,
// for a user was erased), invalid_request (no key that can be
// taken), storage_unavailable, and the handler's.
auto run_once(call& mine, handler run) -> boost::asio::awaitable<result<response>>;

// In the transaction that keeps an answer: finish_idempotent, under which whoever erases its user
// (of several: any user) is waited for, and is seen; or waits, and finds it.
auto keep_answer(sql_session& session, const std::string& key, const kept_answer& kept) -> bool;

// An answer as text and back; for the store. Nothing: it is no such text.
[[nodiscard]] auto pack_answer(const response& answer) -> std::string;
[[nodiscard]] auto unpack_answer(unsigned status, std::string_view packed)
    -> std::optional<response>;

}  // namespace tenon::host
