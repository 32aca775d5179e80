// Does this host have the time that its database's server has? Hosts judge by their own clocks when
// a token ends and when another's lease does: one whose clock is wrong would take leases that are
// held, end what lives, and store ends that are none.
#pragma once

#include "base/clock.hpp"
#include "store/postgres_session.hpp"

#include <atomic>
#include <chrono>

namespace tenon::host {

// Two hosts that are as far from the database as they may be stay below what a lease has beyond an
// operation's deadline.
inline constexpr milliseconds clocks_agree_within{5'000};

class postgres_clock {
  public:
    // Before a transaction: asks the server once a second, and when this host's clock was set
    // since; in between the last answer counts. Throws storage_failure (storage_unavailable) for as
    // long as the clocks are apart. Any thread.
    void check(postgres_seat& seat);

  private:
    using steady = std::chrono::steady_clock;

    [[nodiscard]] auto is_due() -> bool;
    auto look(postgres_seat& seat) -> bool;
    void note(milliseconds ahead);

    std::atomic<std::int64_t> ahead_ms_{0};  // this host's clock, of the server's
    std::atomic<steady::rep> next_{0};
    std::atomic<std::int64_t> since_boot_ms_{0};  // when the steady clock was 0, at the last answer
};

}  // namespace tenon::host
