// Erases a user everywhere, and says what became of it.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/erasure_receipt.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>

namespace tenon::host {

// All that is held of by.user: connections are disconnected as by disconnect.hpp, what waits to be
// confirmed, or was cut off before it was stored, is discarded; then, in one transaction, pending
// connects, kept answers, pinned keys and the account of reads go, consents lose the account, the
// audit log says so (`user.erased`) and whose its lines are is forgotten. What is under way
// meanwhile is not stored (see erased.hpp). Runs on context.background: whoever asked may go; what
// a process that ends leaves, the same call or finish_erasures goes on with, under the same
// receipt, in which each step is written down. One is at it: who asks meanwhile waits for that one,
// for two leases at most, and is answered with the same receipt; so is who asks in the hours after,
// where nothing was held since. Error: storage_unavailable.
auto erase_user(oauth_context& context, actor by)
    -> boost::asio::awaitable<result<erasure_receipt>>;

// Goes on where a process ended in the middle: at the start (`at_start`; where nobody else can be
// at it, with all there is), then now and then, a few at once: one that waits for a provider delays
// none of those. None is begun where `stopping` says so. Answers how many were taken up.
auto finish_erasures(oauth_context& context, bool at_start, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
