#include "oauth/rate_governor.hpp"

#include <algorithm>

namespace tenon::host {

auto rate_governor::ask(const provider_id& provider, time_point now)
    -> std::optional<milliseconds> {
    const std::lock_guard lock(guard_);
    const auto found = providers_.find(provider);
    if (found == providers_.end() || found->second.limited < refusals_to_hold) {
        return std::nullopt;
    }
    auto& [limited, until, trial, trial_ends] = found->second;
    // A clock that was set back holds nobody longer than the longest hold.
    if (now < until && until - now <= longest) {
        return until - now;
    }
    // A trial that never came back must not hold everybody for ever.
    if (trial && now < trial_ends && trial_ends - now <= longest) {
        return shortest;
    }
    trial = true;
    trial_ends = now + longest;
    return std::nullopt;
}

auto rate_governor::report(
    const provider_id& provider, verdict how, std::optional<milliseconds> retry_after,
    time_point now
) -> bool {
    const std::lock_guard lock(guard_);
    if (how == verdict::answered) {
        providers_.erase(provider);
        return false;
    }
    if (how == verdict::unknown) {
        if (const auto found = providers_.find(provider); found != providers_.end()) {
            found->second.trial = false;
        }
        return false;
    }
    auto& [limited, until, trial, trial_ends] = providers_[provider];
    ++limited;
    trial = false;
    until = now + std::clamp(retry_after.value_or(shortest), shortest, longest);
    return limited == refusals_to_hold;
}

}  // namespace tenon::host
