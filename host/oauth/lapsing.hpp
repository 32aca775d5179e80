// Connections that were parked, and that nobody confirmed in time.
#pragma once

#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Discards their tokens (see discarding.hpp), a batch at a time. Answers how many there were.
auto discard_lapsed(oauth_context& context) -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
