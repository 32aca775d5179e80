// Exchanges that were cut off: what is left of one, and its end where nobody is to have it.
#pragma once

#include "oauth/exchange.hpp"
#include "oauth/views.hpp"
#include "store/intents.hpp"

#include <vector>

namespace tenon::host {

struct cut_off_exchange {
    exchange_input input;
    exchange_progress progress;
};

// As run_exchange goes on with it. Errors: internal (it can't be opened, or nothing was recorded),
// storage_unavailable.
auto reopen_exchange(oauth_context& context, intent_row intent)
    -> boost::asio::awaitable<result<cut_off_exchange>>;

// It is not to become a connection. Whoever is at it is waited for: they find that out, and discard
// what they are granted; where they don't within a lease, or nobody is, it is adopted, what it was
// granted is discarded, as by discarding.hpp, and the intent goes. What became of its tokens here;
// `failed` where they can't be told, or whose they are. Error: storage_unavailable (it stays to be
// found).
auto discard_exchange(oauth_context& context, actor by, intent_row intent)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

// The same of what could not be kept: there is no intent, or it is another's.
auto discard_unkept(oauth_context& context, exchange_input input, exchange_progress progress)
    -> boost::asio::awaitable<void>;

}  // namespace tenon::host
