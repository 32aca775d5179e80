// What has expired, and nobody took.
#pragma once

#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Erases expired pending connects, old rows of the change table and what is left of erasures, a
// batch at a time.
auto clean_expired(oauth_context& context) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
