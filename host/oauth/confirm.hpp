// Completes a parked connection: closes connection fixation.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// The code that the redirect carried, given by the user who began. Once. Another user's attempt
// changes nothing. Errors: invalid_state (unknown, used, expired or another user's),
// storage_unavailable.
auto confirm_connection(oauth_context& context, actor by, std::string confirmation)
    -> boost::asio::awaitable<result<connection_view>>;

}  // namespace tenon::host
