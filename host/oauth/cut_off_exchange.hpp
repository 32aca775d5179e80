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

// It is not to become a connection, whoever is still at it: what it was granted is discarded, as by
// discarding.hpp, then the intent goes. What became of its tokens; `failed` where they can't be
// told, or whose they are. Error: storage_unavailable (it stays to be found).
auto discard_exchange(oauth_context& context, actor by, intent_row intent)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

}  // namespace tenon::host
