// Where a Redis is and how it is entered: `redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]`.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>

namespace tenon::host {

struct redis_address {
    std::string host;  // a name or an address, without brackets
    std::uint16_t port = 6379;
    std::string user;  // empty: Redis's `default`
    secret password;   // empty: none is asked for
    unsigned database = 0;
};

// Error: invalid_request; the message says what the URL must be, and shows nothing of it.
[[nodiscard]] auto parse_redis_url(const secret& url) -> result<redis_address>;

}  // namespace tenon::host
