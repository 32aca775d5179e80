// Connections that wait for their user's word: sealed, unreadable until confirmed.
#pragma once

#include "oauth/context.hpp"
#include "oauth/landing.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Parks it, and answers with the one-time code that completes it. Errors: storage_unavailable.
auto park(oauth_context& context, landing what) -> boost::asio::awaitable<result<std::string>>;

}  // namespace tenon::host
