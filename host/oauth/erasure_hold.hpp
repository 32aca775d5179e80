// Who is at an erasure: one process at a time.
#pragma once

#include "oauth/context.hpp"
#include "store/erasures.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <memory>
#include <string>

namespace tenon::host {

// What one run of this process is called as an owner.
[[nodiscard]] auto new_erasure_owner(const oauth_context& context) -> std::string;
// Whether whoever was at it has given it up: it was not touched for a lease, or nobody else can be.
[[nodiscard]] auto is_erasure_left(const oauth_context& context, const erasure_state& state)
    -> bool;

// For as long as it lives the erasure is touched three times a lease. Lives on `strand`, and is
// used there alone.
class erasure_heartbeat {
  public:
    erasure_heartbeat(
        const boost::asio::any_io_executor& strand, oauth_context& context, actor by,
        std::string owner
    );
    ~erasure_heartbeat();
    erasure_heartbeat(const erasure_heartbeat&) = delete;
    auto operator=(const erasure_heartbeat&) -> erasure_heartbeat& = delete;

  private:
    std::shared_ptr<boost::asio::cancellation_signal> over_;
};

}  // namespace tenon::host
