#include "oauth/left_grants.hpp"

#include "store/changes.hpp"

#include <algorithm>
#include <set>

namespace tenon::host {
namespace {

// As it was; nothing: somebody else has it.
auto erase_left(sql_session& session, const grant_id& id, time_point now)
    -> std::optional<grant_row> {
    auto row = lock_grant(session, id) ? find_grant(session, id) : std::nullopt;
    if (!row || !erase_grant_if_unreferenced(session, id)) {
        return std::nullopt;
    }
    append_change(session, change_kind::grant, id.text(), now);
    return row;
}

}  // namespace

auto has_slot(const std::vector<grant_link>& links, const std::string& slot) -> bool {
    return std::ranges::find(links, slot, &grant_link::slot) != links.end();
}

auto let_go(
    sql_session& session, const oauth_context& context, const provider_instance& provider,
    const std::vector<grant_link>& before, const std::vector<grant_link>& now
) -> left_behind {
    std::set<grant_id> left;
    for (const auto& link : before) {
        left.insert(link.grant);
        if (!has_slot(now, link.slot)) {
            unlink_slot(session, link.connection, link.slot);
        }
    }
    for (const auto& link : now) {
        left.erase(link.grant);
    }
    left_behind all;
    for (const auto& id : left) {
        const auto row = erase_left(session, id, context.time.now());
        if (row && row->state == grant_state::live) {
            all.settled.push_back(owe_stored(context, provider, *row));
        }
        all.grants.push_back(id);
    }
    return all;
}

}  // namespace tenon::host
