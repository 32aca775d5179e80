// What the floor above counts.
#pragma once

#include <chrono>
#include <string_view>

namespace tenon::host {

class request_observer {
  public:
    virtual ~request_observer() = default;
    // A response was handed to the network. `route` is the route's pattern, or empty where none was
    // found. Any thread; must not block or throw.
    virtual void answered(
        std::string_view route, unsigned status, std::chrono::nanoseconds duration
    ) noexcept = 0;
    // A connection was taken, refused because there are too many, or is gone.
    virtual void connection_opened() noexcept {}
    virtual void connection_refused() noexcept {}
    virtual void connection_closed() noexcept {}
};

}  // namespace tenon::host
