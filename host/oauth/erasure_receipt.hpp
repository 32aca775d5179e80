// What became of all that was held of a user who is erased; kept with the erasure, step by step.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "store/sql.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// What became of one set of the user's tokens.
struct erased_tokens {
    provider_id provider;
    connection_id connection;  // empty: it had not become one
    revocation what;
};

struct erasure_receipt {
    std::string id;  // as the audit log has it; empty: nothing was held of the user
    time_point erased_at{};
    std::int64_t connections = 0;
    std::int64_t unconfirmed = 0;
    std::int64_t exchanges = 0;  // that were cut off, or under way
    std::int64_t pending_connects = 0;
    std::vector<api_key_id> api_keys;  // that acted for this user only
    std::int64_t consents = 0;         // kept under the pseudonym, without the account
    std::vector<erased_tokens> revocations;
};

// JSON, and back. What can't be read is an empty one.
[[nodiscard]] auto to_json(const erasure_receipt& receipt) -> std::string;
[[nodiscard]] auto parse_receipt(std::string_view text) -> erasure_receipt;

// What a step adds to it.
struct erased_step {
    std::int64_t connections = 0;
    std::int64_t unconfirmed = 0;
    std::int64_t exchanges = 0;
    std::int64_t pending_connects = 0;
    provider_id provider = {};
    connection_id connection = {};
    std::vector<revocation> outcomes = {};
};

// First of all in the transaction in which something of the actor's user goes: until it ends no
// erasure of that user's begins or ends. Whether one is under way, whose receipt is to be told.
[[nodiscard]] auto is_being_erased(
    sql_session& session, const oauth_context& context, const actor& by
) -> bool;
// Then in the same transaction, where one is.
void note_erased(
    sql_session& session, const oauth_context& context, const actor& by, const erased_step& step
);

}  // namespace tenon::host
