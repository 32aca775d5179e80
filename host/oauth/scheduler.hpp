// Refreshes what is due, whether or not anyone reads it.
#pragma once

#include "oauth/context.hpp"
#include "oauth/refresh.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

namespace tenon::host {

class refresh_scheduler {
  public:
    refresh_scheduler(oauth_context& context, refresher& refresh);
    ~refresh_scheduler();

    // Starts what is due, as far as concurrency allows; answers how long to wait until the next
    // time. One at a time. Where there are more hosts on the database, it starts what it got the
    // leases of: none begins what another has, nor waits for it, and all that is due is somebody's.
    auto tick() -> boost::asio::awaitable<milliseconds>;
    // Called, on any thread, when enough refreshes have been answered for the next tick to come at
    // once.
    void when_room(std::function<void()> tell);
    // Begins nothing new. Any thread.
    void stop();
    [[nodiscard]] auto in_flight() const -> std::size_t;

  private:
    struct implementation;
    std::shared_ptr<implementation> implementation_;
};

}  // namespace tenon::host
