#include "oauth/status_cache.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto key_of(const org_id& org, const user_id& user) -> std::string {
    return org.text() + '\0' + user.text();
}

}  // namespace

auto status_cache::find(const org_id& org, const user_id& user, time_point now)
    -> std::shared_ptr<const cached_status> {
    auto found = users_.find(key_of(org, user)).value_or(nullptr);
    if (found == nullptr || now < found->read_at || now - found->read_at >= lifetime) {
        return nullptr;
    }
    const auto then = found->read_at_mark;
    const bool changed =
        marks_.touched_since(org, user, then) ||
        std::ranges::any_of(found->depends_on, [this, then](const std::string& id) {
            return marks_.touched_since(id, then);
        });
    return changed ? nullptr : found;
}

void status_cache::put(
    const org_id& org, const user_id& user, std::shared_ptr<const cached_status> status
) {
    if (status->views.size() <= most_views) {
        users_.put(key_of(org, user), std::move(status));
    }
}

}  // namespace tenon::host
