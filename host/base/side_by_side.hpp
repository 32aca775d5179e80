// Several pieces of work at once.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <vector>

namespace tenon::host {

// Runs all of them on the executor of whoever waits, and ends when all have ended; what one of them
// threw is thrown then.
auto side_by_side(std::vector<boost::asio::awaitable<void>> all) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
