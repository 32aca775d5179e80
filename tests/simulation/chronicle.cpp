#include "chronicle.hpp"

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

}  // namespace tenon::simulation
