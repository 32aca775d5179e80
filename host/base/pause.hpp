// Waiting, as the loop that waits has it: real time, unless a simulation drives that loop.
#pragma once

#include "base/clock.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/execution_context.hpp>
#include <functional>

namespace tenon::host {

// A service of the execution context that a coroutine runs on. Whoever drives a loop on a time of
// its own sets `wait`, before the loop runs; where it is empty, Asio's timers wait.
class pause_service final : public boost::asio::execution_context::service {
  public:
    using key_type = pause_service;
    static boost::asio::execution_context::id id;

    explicit pause_service(boost::asio::execution_context& context) : service(context) {}

    std::function<boost::asio::awaitable<void>(milliseconds)> wait;

  private:
    void shutdown() override { wait = nullptr; }
};

// Waits that long, or longer, on the awaiting coroutine's executor. Cancelling the coroutine ends
// it with boost::system::system_error operation_aborted.
auto pause(milliseconds span) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
