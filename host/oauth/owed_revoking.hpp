// Revocations that are owed are made.
#pragma once

#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// How many are tried at once, of each provider.
inline constexpr std::size_t owed_batch = 16;

// Tries those that are due, side by side; each is one host's. Tokens of an account that somebody
// has connected meanwhile, or is about to, are only forgotten (`kept`), for the provider may end
// more than them. Made, or given up when their time is over, they go, with a line in the audit log
// (`revocation.ended`); else they are due again after a while. Answers how many there were: as many
// as a batch has, or more, and there may be others. On one strand.
auto make_owed_revocations(oauth_context& context) -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
