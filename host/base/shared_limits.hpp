// What the hosts of one installation count together and tell each other, where they have a memory
// in common for it. Without one each host counts for itself.
#pragma once

#include "base/clock.hpp"
#include "base/result.hpp"

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace tenon::host {

// So many within the window. A count of 0: no limit.
struct rate {
    std::size_t count = 0;
    milliseconds window{1'000};
};

// Attempts of one subject's that a host let through.
struct spending {
    std::string subject;  // of one limit's; nothing readable of a person's
    std::uint64_t attempts = 0;
    rate limit;
};

// Something that is not to be asked for a while.
struct hold {
    std::string name;
    milliseconds span{0};  // 0: it may be asked again
};

// Any thread. No answer is an expected failure: storage_unavailable, within a fraction of a second,
// and at once while it is known to be gone. Then the caller's own count stands.
class shared_limits {
  public:
    virtual ~shared_limits() = default;

    // Counts one attempt in an exact sliding window of all hosts: 0 where there was room, else how
    // long until there will be; such a one is not counted.
    virtual auto slide(std::string subject, rate limit)
        -> boost::asio::awaitable<result<milliseconds>> = 0;

    // Adds to buckets that refill evenly what this host let through already: of each, in the same
    // order, how long until it will be full again. More than its window: too much was let through.
    virtual auto spend(std::vector<spending> all)
        -> boost::asio::awaitable<result<std::vector<std::chrono::microseconds>>> = 0;

    // Tells holds that began or ended here, and hears those that last, of all hosts, with what is
    // left of each, and those that ended a moment ago (0).
    virtual auto tell(std::vector<hold> news)
        -> boost::asio::awaitable<result<std::vector<hold>>> = 0;

    // Whether the last question was answered.
    [[nodiscard]] virtual auto reachable() const noexcept -> bool = 0;
};

}  // namespace tenon::host
