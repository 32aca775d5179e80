// base's shared_limits in a Redis.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/redis_url.hpp"
#include "base/shared_limits.hpp"

#include <functional>
#include <memory>
#include <string>

namespace tenon::host {

struct redis_options {
    redis_address address;
    std::string prefix = "tenon:";  // of all keys
    milliseconds patience{250};     // for an answer
    // Between attempts to reach it again: from the first, doubled up to the last, less a random
    // part.
    milliseconds first_wait{100};
    milliseconds longest_wait{5'000};
    // Told when it is reached and when it is lost, on the thread of its own. It must not come back
    // here.
    std::function<void(bool reachable)> listener{};
};

// Nothing is asked until the first call, and only `tell` and `spend` try to reach it. Destroying it
// waits for the question that is under way; nobody may be awaiting an answer any more.
[[nodiscard]] auto make_redis_limits(
    redis_options options, const clock& time, random_source& random
) -> std::unique_ptr<shared_limits>;

}  // namespace tenon::host
