#include "oauth/revocation_watch.hpp"

#include <algorithm>

namespace tenon::host {

auto revocation_watch::note_revoked(
    const provider_id& provider, const grant_id& grant, time_point now
) -> bool {
    const std::lock_guard lock(guard_);
    auto& deaths = recent_[provider];
    while (!deaths.empty() && now - deaths.front().at > window) {
        deaths.pop_front();
    }
    const bool known = std::any_of(deaths.begin(), deaths.end(), [&](const death& one) {
        return one.grant == grant;
    });
    if (!known) {
        deaths.push_back({grant, now});
        if (deaths.size() > burst) {
            deaths.pop_front();
        }
    }
    return deaths.size() >= burst;
}

void revocation_watch::note_success(const provider_id& provider) {
    const std::lock_guard lock(guard_);
    recent_.erase(provider);
}

}  // namespace tenon::host
