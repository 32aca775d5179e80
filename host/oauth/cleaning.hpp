// What has expired, and nobody took.
#pragma once

#include "oauth/context.hpp"

#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Erases expired pending connects, old rows of the change table and what is left of erasures, a
// batch at a time.
auto clean_expired(oauth_context& context) -> boost::asio::awaitable<void>;

// Lets go of a batch of what was read of credentials longer ago than
// context.options.reads_lifetime. Answers whether there may be more.
auto prune_reads_batch(oauth_context& context) -> boost::asio::awaitable<result<bool>>;

}  // namespace tenon::host
