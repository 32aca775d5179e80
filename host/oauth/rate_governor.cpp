#include "oauth/rate_governor.hpp"

#include <algorithm>

namespace tenon::host {

auto rate_governor::left(const standing& of, time_point now) -> std::optional<milliseconds> {
    if (of.limited < refusals_to_hold) {
        return std::nullopt;
    }
    // A clock that was set back holds nobody longer than the longest hold.
    if (now < of.until && of.until - now <= longest) {
        return of.until - now;
    }
    // A trial that never came back must not hold everybody for ever.
    if (of.trial && now < of.trial_ends && of.trial_ends - now <= longest) {
        return shortest;
    }
    return std::nullopt;
}

auto rate_governor::ask(const limited_client& client, time_point now)
    -> std::optional<milliseconds> {
    const std::lock_guard lock(guard_);
    const auto found = clients_.find(client);
    if (found == clients_.end()) {
        return std::nullopt;
    }
    auto& its = found->second;
    auto wait = left(its, now);
    if (!wait && its.limited >= refusals_to_hold) {
        its.trial = true;
        its.trial_ends = now + longest;
    }
    return wait;
}

auto rate_governor::held(const limited_client& client, time_point now) const
    -> std::optional<milliseconds> {
    const std::lock_guard lock(guard_);
    const auto found = clients_.find(client);
    return found == clients_.end() ? std::nullopt : left(found->second, now);
}

auto rate_governor::report(const limited_client& client, const answer& what, time_point now)
    -> bool {
    const std::lock_guard lock(guard_);
    switch (what.how) {
        case verdict::answered: end_hold(client); return false;
        case verdict::unknown:
            if (const auto found = clients_.find(client); found != clients_.end()) {
                found->second.trial = false;
            }
            return false;
        case verdict::limited: break;
    }
    if (clients_.size() >= many) {
        std::erase_if(clients_, [now](const auto& one) {
            return one.second.until + longest < now && one.second.trial_ends < now;
        });
    }
    auto& its = clients_[client];
    its.trial = false;
    if (!note_account(its, what.account)) {
        return false;  // another one tries next
    }
    const bool was_held = its.limited >= refusals_to_hold;
    ++its.limited;
    const auto span = std::clamp(what.retry_after.value_or(shortest), shortest, longest);
    its.until = now + span;
    const bool holds = its.limited >= refusals_to_hold;
    if (holds && listener_) {
        listener_(client, span);
    }
    return holds && !was_held;
}

// False: it was known to be limited.
auto rate_governor::note_account(standing& its, std::string_view account) -> bool {
    if (account.empty()) {
        return true;
    }
    if (std::ranges::find(its.accounts, account) != its.accounts.end()) {
        return false;
    }
    if (its.accounts.size() < most_accounts) {
        its.accounts.emplace_back(account);
    }
    return true;
}

void rate_governor::end_hold(const limited_client& client) {
    const auto found = clients_.find(client);
    if (found == clients_.end()) {
        return;
    }
    const bool was_held = found->second.limited >= refusals_to_hold;
    clients_.erase(found);
    if (was_held && listener_) {
        listener_(client, milliseconds(0));
    }
}

void rate_governor::heed(const limited_client& client, milliseconds span, time_point now) {
    const std::lock_guard lock(guard_);
    if (span <= milliseconds(0)) {
        clients_.erase(client);
        return;
    }
    auto& its = clients_[client];
    its.limited = std::max(its.limited, refusals_to_hold);
    its.until = now + std::min(span + a_second, longest);
}

}  // namespace tenon::host
