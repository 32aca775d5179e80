// Ends a connection: revoked at the provider when it can be, erased here in any case.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// which.account empty: all of the user's accounts at that provider, side by side. Runs on
// context.background: whoever asked may go. What a process that ends leaves is finished by the next
// one: see leaving.hpp. Errors: unknown_provider,
// not_found, storage_unavailable.
auto disconnect(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

}  // namespace tenon::host
