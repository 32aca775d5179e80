// Which account a connect is to reach.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// A connection id stands for its account; either way it must be the user's. Error: not_found.
auto resolve_reconnect(oauth_context& context, actor by, provider_id provider, account_id wanted)
    -> boost::asio::awaitable<result<account_id>>;

}  // namespace tenon::host
