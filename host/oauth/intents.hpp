// What is written down around a provider's operation, so that a crash loses no answer.
#pragma once

#include "oauth/context.hpp"
#include "oauth/persist.hpp"
#include "provider/operation.hpp"
#include "store/intents.hpp"

#include <memory>

namespace tenon::host {

// Where the replies of one operation are kept.
struct intent_ref {
    org_id org;
    std::string id;
};

// The sink that seals each reply of an exchange into its intent. `begin`: the intent to insert with
// the first reply, for until then there is nothing to lose but a code; null where it is there
// already. Where the user was erased since it began, or somebody else has ended it, nothing is
// stored and *unwanted set: the operation goes on, for whoever runs it to discard what it yields.
// Storage that is away for a moment is tried again for as long as the operation's deadline.
[[nodiscard]] auto make_reply_sink(
    oauth_context& context, intent_ref intent, std::shared_ptr<const intent_row> begin,
    std::shared_ptr<bool> unwanted
) -> reply_sink;

// The same of a refresh, whose intent is there. A reply may hold the only refresh token that is
// good: it is kept until storage takes it, however long that is away (`overdue` is told), and where
// another host has removed the intent meanwhile, for its lease was over, it is put back.
[[nodiscard]] auto make_refresh_sink(
    oauth_context& context, intent_row intent, overdue_listener overdue
) -> reply_sink;

// The replies that were recorded, opened. Error: internal.
[[nodiscard]] auto open_replies(
    const sealer& seal, const intent_ref& intent, const std::vector<intent_reply>& sealed
) -> result<std::map<std::size_t, recorded_reply>>;

}  // namespace tenon::host
