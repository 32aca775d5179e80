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
        const auto found = providers_.find(provider);
        if (found == providers_.end()) {
            return false;
        }
        const bool was_held = found->second.limited >= refusals_to_hold;
        providers_.erase(found);
        if (was_held && listener_) {
            listener_(provider, milliseconds(0));
        }
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
    const auto span = std::clamp(retry_after.value_or(shortest), shortest, longest);
    until = now + span;
    if (limited >= refusals_to_hold && listener_) {
        listener_(provider, span);
    }
    return limited == refusals_to_hold;
}

void rate_governor::heed(const provider_id& provider, milliseconds span, time_point now) {
    const std::lock_guard lock(guard_);
    if (span <= milliseconds(0)) {
        providers_.erase(provider);
        return;
    }
    auto& [limited, until, trial, trial_ends] = providers_[provider];
    limited = std::max(limited, refusals_to_hold);
    until = now + std::min(span + a_second, longest);
}

}  // namespace tenon::host
