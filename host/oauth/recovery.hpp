// Operations that a stopped process left behind.
#pragma once

#include "oauth/context.hpp"
#include "oauth/refresh.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Goes through the intents that nobody works on: an exchange with recorded replies is replayed and
// landed (or discarded, where its user was to confirm it), one without is dropped (its user begins
// anew); a refresh is taken up by the refresher,
// unless its grant is gone, dead or renewed.
// Those of a provider that hangs delay no other's. How many were found. On one strand.
auto recover_intents(oauth_context& context, refresher& refresh, bool at_start)
    -> boost::asio::awaitable<std::size_t>;

}  // namespace tenon::host
