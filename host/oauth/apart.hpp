// Work that outlives whoever asked for it.
#pragma once

#include "oauth/context.hpp"
#include "oauth/single_flight.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/strand.hpp>
#include <functional>
#include <utility>

namespace tenon::host {

// Runs it on a strand of context.background: whoever waits may hang up or run out of time, the work
// goes on.
template <class Value>
auto run_apart(oauth_context& context, std::function<boost::asio::awaitable<Value>()> work)
    -> boost::asio::awaitable<Value> {
    single_flight<int, Value> alone(boost::asio::make_strand(context.background));
    auto running = alone.run(0, std::move(work));
    co_return co_await std::move(running);
}

}  // namespace tenon::host
