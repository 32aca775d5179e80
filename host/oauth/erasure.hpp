// Erases a user everywhere, and says what became of it.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
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

// All that is held of by.user: connections are disconnected as by disconnect.hpp, what waits to be
// confirmed, or was cut off before it was stored, is discarded; then, in one transaction, pending
// connects, kept answers, pinned keys and the account of reads go, consents lose the account, the
// audit log says so (`user.erased`) and whose its lines are is forgotten. What is under way
// meanwhile is not stored (see erased.hpp). Runs on context.background: whoever asked may go; what
// a process that ends leaves, the same call or finish_erasures goes on with, under the same
// receipt's id, and counts what it did itself. Two that are at it at once may both replay what was
// cut off. Error: storage_unavailable.
auto erase_user(oauth_context& context, actor by)
    -> boost::asio::awaitable<result<erasure_receipt>>;

// Goes on where a process ended in the middle: at the start (`at_start`; where nobody else can be
// at it, with all there is), then now and then, a few at a time. `stopping` is asked before each.
// Answers how many were taken up.
auto finish_erasures(oauth_context& context, bool at_start, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
