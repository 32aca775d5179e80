// Calls to the outside, as the floors above see them; net/ makes them.
#pragma once

#include "base/clock.hpp"
#include "base/secret.hpp"

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tenon::host {

using header_list = std::vector<std::pair<std::string, std::string>>;

enum class address_policy {
    any,          // configured by the operator: the name may lead anywhere
    public_only,  // a user supplied the name: only globally routable addresses, checked as
                  // connected to
};

struct outbound_request {
    std::string method;  // GET, POST, ...
    std::string url;     // absolute; may hold secrets: never logged
    header_list headers;
    std::string body;
    milliseconds timeout{20'000};              // for the whole exchange, name look-up included
    std::size_t max_body_bytes = 1024 * 1024;  // of the answer
    address_policy addresses = address_policy::any;
    // A reused connection that was gone leaves unknown whether the request was acted upon. With
    // this a GET goes out again by itself: only where the answer brings no token.
    bool may_resend = false;
    std::string label;  // what logs and metrics call it: `slack exchange`; no secret
};

// The ABI's numbers (request.h).
enum class transport : std::uint32_t {
    ok = 0,
    timeout = 1,
    dns = 2,
    connect = 3,
    tls = 4,
    reset = 5,
    too_large = 6,
    denied = 7,
    cancelled = 8
};
enum class request_sent : std::uint32_t { no = 0, maybe = 1, yes = 2 };

struct outbound_response {
    transport outcome = transport::ok;
    std::uint32_t status = 0;
    request_sent sent = request_sent::no;
    header_list headers;  // names in lower case
    std::string body;
    time_point sent_at{};                     // when it was handed to the network
    std::string problem;                      // for the log, where outcome is not ok; no secret
    std::optional<milliseconds> retry_after;  // nothing was sent, and nothing will be before that
};

class outbound_http {
  public:
    virtual ~outbound_http() = default;
    // Performs one exchange; never throws for a failure outside. Redirects are not followed.
    // Cancellation of the awaiting coroutine ends the transfer. Any thread.
    virtual auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> = 0;
};

}  // namespace tenon::host
