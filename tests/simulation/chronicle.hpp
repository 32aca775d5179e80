// What all parts of one history share: its time, its chance, what goes wrong next, and the first
// thing that went against the rules.
#pragma once

#include "base/clock.hpp"
#include "plan.hpp"
#include "planted.hpp"
#include "timeline.hpp"

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace tenon::simulation {

// What one host ended or changed is seen by all others after this.
inline constexpr milliseconds patience{1'100};

// A machine's clock: it may be wrong.
class machine_clock final : public host::clock {
  public:
    explicit machine_clock(const timeline& time) : time_(time) {}
    [[nodiscard]] auto now() const noexcept -> time_point override { return time_.now() + skew; }

    milliseconds skew{0};

  private:
    const timeline& time_;
};

struct chronicle {
    chronicle(const plan& events, planted_fault broken)
        : what(events), fault(broken), time(events.seed), chance(events.seed), pace(events.pace) {}

    const plan& what;
    planted_fault fault;
    timeline time;
    dice chance;
    int pace;  // how many times as long a host's waits take

    // The rules: what was broken first ends the history.
    std::string violation;
    void violated(const std::string& rule) {
        if (violation.empty()) {
            violation =
                rule + " (" + std::to_string(elapsed().count()) + " ms after the beginning)";
        }
    }
    // What happens, for whoever reads a history; nobody may.
    std::function<void(const std::string& line)> told = {};
    void tell(std::size_t host, std::string_view happens) const {
        if (told) {
            told(
                std::to_string(elapsed().count()) + " ms, host " + std::to_string(host) + ": " +
                std::string(happens)
            );
        }
    }
    [[nodiscard]] auto elapsed() const -> milliseconds { return time.now() - begun; }
    time_point begun = time.now();

    // Something that a crash may come before or after happens at that host.
    void point(std::size_t host);
    std::int64_t points = 0;
    std::function<void(std::size_t host, const mishap& what)> strike;
    bool calm = false;  // nothing goes wrong any more
    // What waits for the next request, and for the next transaction.
    std::deque<mishap> wire, storage;
    time_point outage_until{}, storage_away_until{};
    bool clocks_agree = true;  // a sole owner's, until it jumps by more than leases bear
    // Where hosts share a database it is PostgreSQL, and refuses one whose clock is wrong.
    [[nodiscard]] auto trusts(const host::clock& of) const -> bool;
    // Who hears that others changed something, by host. One with a mishap misses the next time.
    struct ear {
        std::function<void()> heard;
        bool misses_next = false;
    };
    std::map<std::size_t, ear> ears;
    void announce(std::size_t by);
    // Done before anything else happens.
    std::vector<std::function<void()>> urgent;

  private:
    std::size_t next_mishap_ = 0;
};

}  // namespace tenon::simulation
