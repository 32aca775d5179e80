// One refresh of one grant, from lease to commit.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/persist.hpp"
#include "oauth/refresh.hpp"
#include "oauth/refresh_boarding.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Lease and intent, the provider's operation, commit by compare-and-swap. What an earlier run
// recorded is replayed instead of asked again; an earlier run that recorded nothing is an ambiguous
// failure. The row as it is afterwards, or why it could not be renewed. While storage is away an
// answer that came is kept, however long: `overdue` is told when nobody should wait for that any
// more.
auto fly_refresh(
    oauth_context& context, unsent_intents& unsent, refresh_order order, overdue_listener overdue
) -> boost::asio::awaitable<result<shared_grant>>;

}  // namespace tenon::host
