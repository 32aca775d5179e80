// What a connection had, and a landing no longer brings. Only landing.cpp uses this.
#pragma once

#include "oauth/owing.hpp"
#include "provider/registry.hpp"
#include "store/connection_grants.hpp"

#include <vector>

namespace tenon::host {

struct left_behind {
    std::vector<grant_id> grants;         // for caches to forget
    std::vector<settled_tokens> settled;  // to be owed (owe_all)
};

[[nodiscard]] auto has_slot(const std::vector<grant_link>& links, const std::string& slot) -> bool;

// In the transaction of the landing, when what it brings is linked: `before` and `now` are the
// connection's links. Slots that it has no more are unlinked; grants that it has in no slot any
// more, and nobody else has, are erased, and those that live are to be revoked.
[[nodiscard]] auto let_go(
    sql_session& session, const oauth_context& context, const provider_instance& provider,
    const std::vector<grant_link>& before, const std::vector<grant_link>& now
) -> left_behind;

}  // namespace tenon::host
