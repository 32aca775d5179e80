#include "chronicle.hpp"

#include "store/postgres_clock.hpp"

#include <utility>

namespace tenon::simulation {

void chronicle::point(std::size_t host) {
    const auto here = points++;
    while (next_mishap_ < what.mishaps.size() && what.mishaps[next_mishap_].point <= here) {
        const auto& due = what.mishaps[next_mishap_++];
        if (!calm) {
            strike(host, due);
        }
    }
}

auto chronicle::trusts(const host::clock& of) const -> bool {
    return what.hosts == 1 || std::chrono::abs(of.now() - time.now()) <= host::clocks_agree_within;
}

void chronicle::announce(std::size_t by) {
    for (auto& [host, to] : ears) {
        if (host != by && !std::exchange(to.misses_next, false)) {
            time.after(chance.span(1, 60), [this, to = host] {
                if (const auto& heard = ears[to].heard) {
                    heard();
                }
            });
        }
    }
}

}  // namespace tenon::simulation
