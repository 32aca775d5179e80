// From a redirect's code to a connection, or to what its user is to confirm.
#pragma once

#include "oauth/context.hpp"
#include "oauth/exchange.hpp"
#include "store/pending_connects.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// The location for the browser. What is not to be stored after all is discarded. Runs on
// context.background: whoever brought the code back may hang up or run out of time, tokens that
// came are stored, or revoked, all the same. Errors: those of exchange.hpp, landing.hpp and
// park.hpp, account_mismatch.
auto complete_connect(oauth_context& context, pending_connect_row flow, exchange_input input)
    -> boost::asio::awaitable<result<std::string>>;

}  // namespace tenon::host
