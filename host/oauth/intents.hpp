// What is written down around a provider's operation, so that a crash loses no answer.
#pragma once

#include "oauth/context.hpp"
#include "provider/operation.hpp"
#include "store/intents.hpp"

#include <memory>

namespace tenon::host {

// Where the replies of one operation are kept.
struct intent_ref {
    org_id org;
    std::string id;
};

// The sink that seals each reply into the intent. `begin`: the intent to insert with the first
// reply, of an exchange, for until then there is nothing to lose but a code; null where it is there
// already. Storage that is away for a moment is tried again for as
// long as the operation's deadline.
[[nodiscard]] auto make_reply_sink(
    oauth_context& context, intent_ref intent, std::shared_ptr<const intent_row> begin
) -> reply_sink;

// The replies that were recorded, opened. Error: internal.
[[nodiscard]] auto open_replies(
    const sealer& seal, const intent_ref& intent, const std::vector<intent_reply>& sealed
) -> result<std::map<std::size_t, recorded_reply>>;

}  // namespace tenon::host
