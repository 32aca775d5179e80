// What a coroutine waits for until the simulation lets it go on.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tenon::simulation {

// Belongs to the waiting coroutine's frame, and goes with it; who is to ring holds it weakly.
class bell {
  public:
    explicit bell(const boost::asio::any_io_executor& executor)
        : never_(executor, boost::asio::steady_timer::time_point::max()) {}

    void ring() {
        rung_ = true;
        never_.cancel();
    }
    auto wait() -> boost::asio::awaitable<void> {
        while (!rung_) {
            auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
            co_await never_.async_wait(token);
        }
    }

  private:
    boost::asio::steady_timer never_;
    bool rung_ = false;
};

}  // namespace tenon::simulation
