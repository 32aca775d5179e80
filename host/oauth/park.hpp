// Connections that wait for their user's word: sealed, unreadable until confirmed.
#pragma once

#include "oauth/context.hpp"
#include "oauth/landing.hpp"
#include "store/confirmations.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// Parks it, and answers with the one-time code that completes it. Errors: invalid_state (the
// user is being erased, or was since; or the exchange is no longer this process's),
// storage_unavailable.
auto park(oauth_context& context, landing what) -> boost::asio::awaitable<result<std::string>>;

// What was parked in that row, by its user. Error: internal (sealed by another key, or of a form
// that can't be read).
[[nodiscard]] auto open_parked(const oauth_context& context, const confirmation_row& row)
    -> result<landing>;

}  // namespace tenon::host
