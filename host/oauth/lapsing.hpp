// Connections that were parked, and that nobody confirmed in time.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"
#include "store/confirmations.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

namespace tenon::host {

inline constexpr std::size_t lapsed_batch = 16;  // each may wait for the provider

// Discards their tokens (see discarding.hpp), a batch at a time, on one host at a time: the others
// find nothing to do. What is sealed under a key that this host does not have is left for a day to
// those that do; then it is only forgotten, which is on record too. `stopping` is asked before
// each. Answers how many are gone.
auto discard_lapsed(oauth_context& context, std::function<bool()> stopping)
    -> boost::asio::awaitable<std::size_t>;

// One of them, at once, whose time is over: nobody can confirm it any more. What became of its
// tokens; nothing where they can't be opened. Error: storage_unavailable (it stays to be found).
auto discard_parked(oauth_context& context, actor by, confirmation_row row)
    -> boost::asio::awaitable<result<std::vector<revocation>>>;

}  // namespace tenon::host
