// Work that waits for providers, of many connections at once.
#pragma once

#include "base/ids.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <vector>

namespace tenon::host {

struct provider_work {
    provider_id provider;  // who is waited for
    std::function<boost::asio::awaitable<void>()> begin;
};

// Does all of it, and ends when all has ended: what waits for one provider in its order, sixteen at
// once, and the providers side by side, so that one that hangs delays no other's work. What one of
// them threw is thrown then; what stood behind it may not have begun. On one strand.
auto side_by_provider(std::vector<provider_work> all) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
