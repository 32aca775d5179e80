#include "oauth/refresh_places.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t all_places = 400;

}  // namespace

refresh_places::refresh_places(std::size_t of_each) : of_each_(std::min(of_each, all_places)) {}

void refresh_places::know(const std::vector<provider_id>& providers) {
    std::erase_if(running_, [](const auto& one) { return one.second == 0; });
    for (const auto& provider : providers) {
        running_.try_emplace(provider, 0);
    }
}

auto refresh_places::shared_out() const -> shares {
    shares of;
    const auto known = std::max<std::size_t>(running_.size(), 1);
    of.common = all_places / 2;
    of.own = std::max<std::size_t>((all_places - of.common) / known, 1);
    for (const auto& [provider, running] : running_) {
        of.common_taken += running - std::min(running, of.own);
    }
    return of;
}

auto refresh_places::may_enter(std::size_t running, const shares& of) const -> bool {
    const bool room = running < of.own || of.common_taken < of.common;
    return room && running < of_each_;
}

auto refresh_places::enter(const provider_id& provider) -> bool {
    auto& running = running_[provider];
    const bool enters = may_enter(running, shared_out());
    running += enters ? 1 : 0;
    return enters;
}

void refresh_places::leave(const provider_id& provider) {
    --running_[provider];
}

auto refresh_places::has_room(const provider_id& provider) const -> bool {
    const auto known = running_.find(provider);
    return may_enter(known == running_.end() ? 0 : known->second, shared_out());
}

}  // namespace tenon::host
