// What other processes changed: read from the change table a few times a second, and when the
// database announces it.
#pragma once

#include "oauth/background.hpp"
#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

class change_feed {
  public:
    explicit change_feed(oauth_context& context);
    ~change_feed();

    // Before the first read().
    void add_listener(std::function<void(const change&)> changed, std::function<void()> lost);
    // Reads what is new and tells it; answers how long to wait until the next time. While the table
    // can't be read, or does not answer, nothing is answered from memory (the token cache's sight):
    // what was revoked meanwhile must not be.
    auto read() -> boost::asio::awaitable<milliseconds>;

  private:
    struct implementation;
    std::unique_ptr<implementation> implementation_;
};

}  // namespace tenon::host
