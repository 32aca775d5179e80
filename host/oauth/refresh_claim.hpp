// How refreshes ahead begin: many at once.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/refresh.hpp"
#include "oauth/unsent_intents.hpp"

#include <boost/asio/awaitable.hpp>
#include <vector>

namespace tenon::host {

// Takes the leases of those that are due still and that nobody holds, and writes their intents, in
// one transaction. Answers with the orders of those: what an earlier run left something of holds
// its lease alone, and boards for itself. Errors: those of storage.
auto claim_refreshes(oauth_context& context, unsent_intents& unsent, std::vector<due_grant> wanted)
    -> boost::asio::awaitable<result<claimed_refreshes>>;

}  // namespace tenon::host
