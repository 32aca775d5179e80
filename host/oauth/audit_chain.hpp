// The audit log as a chain of hashes: sealed in batches by one host at a time, and checked.
//
// A line's hash is SHA-256 over its position, the hash before it and all that it says, each with
// its length. The head of each organization's chain is sealed under a key of the keyring: who can
// write to the database alone can't make another chain that holds. An older state of it all that is
// put back holds, too: it is told by an end that was noted elsewhere.
#pragma once

#include "crypto/envelope.hpp"
#include "oauth/context.hpp"
#include "store/audit_heads.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// The hash of a line in this place. Never changes: the format is `tenon audit 1`.
[[nodiscard]] auto audit_hash(
    const audit_row& row, std::int64_t position, std::string_view previous
) -> std::string;

struct chain_turn {
    bool more = false;    // there may be more to do at once
    bool broken = false;  // a chain does not hold: told on the log, and not gone on with
};
// Chains what is not chained yet, a batch of each organization, if no other host is at it. Error:
// storage_unavailable.
auto seal_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<chain_turn>>;

// Lets go of lines that are older than context.options.audit_lifetime; in the same way.
auto prune_audit_batch(oauth_context& context) -> boost::asio::awaitable<result<chain_turn>>;

// What is wrong with one organization's chain, and how far it was looked at.
struct audit_verdict {
    org_id org;
    std::int64_t first = 0, last = 0;   // positions of the chain; lines before were let go of
    std::string hash;                   // of its end: note it elsewhere, to compare with later
    std::int64_t unsealed = 0;          // lines that are not chained yet
    std::vector<std::string> problems;  // at most 100; empty: it holds
};
// An end that was noted: this organization's line of that position had this hash.
struct noted_end {
    org_id org;
    std::int64_t position = 0;
    std::string hash;  // 32 bytes
};
// Of every organization, blocking. What is written or let go of meanwhile does not matter. Error:
// storage_unavailable.
[[nodiscard]] auto verify_audit(
    database& db, const sealer& seal, const std::vector<noted_end>& noted = {}
) -> result<std::vector<audit_verdict>>;

}  // namespace tenon::host
