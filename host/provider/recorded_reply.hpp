// A reply that may carry tokens, as it is sealed into storage and replayed after a crash.
#pragma once

#include "base/clock.hpp"
#include "base/outbound.hpp"
#include "base/result.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

struct recorded_reply {
    time_point began_at{};  // the operation's first clock reading: a replay begins with it again
    outbound_response
        response;  // with its sent_at, so that lifetimes come out the same; `problem` is not kept
};

// Bytes that hold tokens: seal them. The format has a version of its own and is read by every later
// host.
[[nodiscard]] auto serialize(const recorded_reply& reply) -> std::string;
// Error: internal (cut off, or of a version that is unknown here).
[[nodiscard]] auto parse_recorded_reply(std::string_view bytes) -> result<recorded_reply>;

}  // namespace tenon::host
