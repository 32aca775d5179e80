#include "oauth/revocation_watch.hpp"

#include <algorithm>

namespace tenon::host {

auto revocation_watch::note_revoked(
    const provider_id& provider, const grant_id& grant, time_point now, bool doubted
) -> bool {
    const std::lock_guard lock(guard_);
    auto& [deaths, burst, worked] = providers_[provider];
    while (!deaths.empty() && now - deaths.front().at > window) {
        deaths.pop_front();
    }
    const bool known = std::any_of(deaths.begin(), deaths.end(), [&](const death& one) {
        return one.grant == grant;
    });
    if (!known) {
        deaths.push_back({grant, now});
    }
    burst = burst || deaths.size() >= burst_size || (doubted && !worked);
    if (burst) {
        deaths.clear();  // they are needed no more
        worked = false;
    }
    return burst;
}

void revocation_watch::note_success(const provider_id& provider) {
    const std::lock_guard lock(guard_);
    providers_[provider] = {{}, false, true};
}

}  // namespace tenon::host
