// One refresh of one grant, from lease to commit.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/refresh.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Lease and intent, the provider's operation, commit by compare-and-swap. What an earlier run
// recorded is replayed instead of asked again; an earlier run that recorded nothing is an ambiguous
// failure. The row as it is afterwards, or why it could not be renewed.
auto fly_refresh(oauth_context& context, refresh_order order)
    -> boost::asio::awaitable<result<shared_grant>>;

}  // namespace tenon::host
