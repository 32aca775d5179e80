#include "oauth/unsent_intents.hpp"

#include <utility>

namespace tenon::host {

auto unsent_intents::take(const grant_id& grant, std::string intent)
    -> std::shared_ptr<boarding_attempt> {
    const std::lock_guard lock(guard_);
    const auto found = unsent_.find(grant);
    if (found == unsent_.end() || !found->second.left) {
        return std::make_shared<boarding_attempt>(boarding_attempt{std::move(intent)});
    }
    auto attempt = std::exchange(found->second.left, nullptr);
    if (found->second.claimed.empty()) {
        unsent_.erase(found);
    }
    return attempt;
}

void unsent_intents::keep(const grant_id& grant, std::shared_ptr<boarding_attempt> attempt) {
    const std::lock_guard lock(guard_);
    unsent_[grant].left = std::move(attempt);
}

auto unsent_intents::claim(const grant_id& grant, std::string intent) -> std::string {
    const std::lock_guard lock(guard_);
    auto& one = unsent_[grant];
    if (one.claimed.empty()) {
        one.claimed = std::move(intent);
    }
    one.overtaken = false;
    one.under_way = true;
    return one.claimed;
}

void unsent_intents::overtake(const grant_id& grant) {
    const std::lock_guard lock(guard_);
    if (const auto found = unsent_.find(grant); found != unsent_.end()) {
        found->second.overtaken = true;
    }
}

auto unsent_intents::is_claim(const grant_id& grant, const std::string& intent) -> bool {
    const std::lock_guard lock(guard_);
    return find_claim(grant, intent) != unsent_.end();
}

void unsent_intents::boarded(const grant_id& grant) {
    const std::lock_guard lock(guard_);
    const auto found = unsent_.find(grant);
    if (found != unsent_.end() && !found->second.under_way) {
        forget_claim(found);
    }
}

void unsent_intents::end_claim(const grant_id& grant) {
    const std::lock_guard lock(guard_);
    if (const auto found = unsent_.find(grant); found != unsent_.end()) {
        found->second.under_way = false;
    }
}

void unsent_intents::drop_claim(const grant_id& grant) {
    const std::lock_guard lock(guard_);
    if (const auto found = unsent_.find(grant); found != unsent_.end()) {
        forget_claim(found);
    }
}

auto unsent_intents::may_depart(const grant_id& grant, const std::string& intent) -> bool {
    const std::lock_guard lock(guard_);
    const auto claimed = find_claim(grant, intent);
    return claimed != unsent_.end() && !claimed->second.overtaken;
}

auto unsent_intents::depart(const grant_id& grant, const std::string& intent) -> bool {
    const std::lock_guard lock(guard_);
    const auto claimed = find_claim(grant, intent);
    if (claimed == unsent_.end() || claimed->second.overtaken) {
        return false;
    }
    forget_claim(claimed);
    return true;
}

auto unsent_intents::find_claim(const grant_id& grant, const std::string& intent)
    -> all_unsent::iterator {
    const auto found = unsent_.find(grant);
    return found != unsent_.end() && found->second.claimed == intent ? found : unsent_.end();
}

void unsent_intents::forget_claim(all_unsent::iterator claimed) {
    claimed->second.claimed.clear();
    claimed->second.under_way = false;
    if (!claimed->second.left) {
        unsent_.erase(claimed);
    }
}

}  // namespace tenon::host
