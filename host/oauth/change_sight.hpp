// How far this process has seen what others changed: what decides whether caches may be believed.
#pragma once

#include "base/clock.hpp"

#include <atomic>

namespace tenon::host {

// The change feed tells it of each good read; whoever caches asks it. A feed that fails, and one
// that waits for a database that does not answer, are the same: the last good read grows old. Any
// thread.
class change_sight {
  public:
    // What is revoked anywhere is refused here after this.
    static constexpr milliseconds patience{1'000};

    // The changes up to this moment are known, and told.
    void seen(time_point until) noexcept { until_.store(until.time_since_epoch().count()); }
    // Nothing is believed until something is seen.
    void lose() noexcept { until_.store(1); }
    // True also where nobody looks. What was seen in the future was seen before the clock was set
    // back, nobody knows how long ago.
    [[nodiscard]] auto is_clear(time_point now) const noexcept -> bool {
        const auto until = until_.load();
        const auto age = now - time_point(milliseconds(until));
        return until == 0 || (age < patience && age > -simultaneous);
    }

  private:
    // Another thread may have seen something since `now` was taken.
    static constexpr milliseconds simultaneous{100};

    std::atomic<std::int64_t> until_{0};  // milliseconds since the epoch; 0: never
};

}  // namespace tenon::host
