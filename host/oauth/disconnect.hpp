// Ends a connection: revoked at the provider when it can be, erased here in any case.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// which.account empty: all of the user's accounts at that provider. Errors: unknown_provider,
// not_found, storage_unavailable.
auto disconnect(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

}  // namespace tenon::host
