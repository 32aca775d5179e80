// How much is stored, as the metrics tell it. All rows are read for it: seldom, and no scrape
// waits.
#pragma once

#include "base/clock.hpp"

#include <mutex>

namespace tenon::host {

struct api_context;

// When it is time to count again: a minute after the last count, and so long after it that counting
// takes a hundredth of the time at most (within an hour in any case). Any thread.
class count_schedule {
  public:
    // True: the caller is to count now, and to call end() when it has. One at a time.
    [[nodiscard]] auto begin(time_point now) -> bool;
    void end(time_point now);

  private:
    std::mutex guard_;
    bool counting_ = false;
    time_point began_{};
    time_point ended_{};
    milliseconds rest_{0};
};

// Has connections, grants and revocations that are owed counted in the background where it is time;
// the gauges keep what they know until then, and where the database fails.
void count_if_old(api_context& api);

}  // namespace tenon::host
