// What is written down around a provider's operation, so that a crash loses no answer.
#pragma once

#include "oauth/context.hpp"
#include "oauth/persist.hpp"
#include "provider/operation.hpp"
#include "store/intents.hpp"

#include <functional>
#include <map>
#include <memory>

namespace tenon::host {

// Where the replies of one operation are kept.
struct intent_ref {
    org_id org;
    std::string id;
};

using recorded_replies = std::map<std::size_t, recorded_reply>;

// What an exchange writes down, and what it is told of it.
struct exchange_record {
    intent_ref intent;
    // The intent to insert with the first reply, for until then there is nothing to lose but a
    // code; null where it is there already.
    std::shared_ptr<const intent_row> begin;
    recorded_replies replies;  // those that there are
    // Set where the user was erased since it began, or somebody else has ended it: nothing more is
    // stored, and the operation goes on, for whoever runs it to discard what it yields.
    bool unwanted = false;
    // The same, where the operation has ended before that was known: to discard what these yield.
    std::function<boost::asio::awaitable<void>(recorded_replies)> discard;
};

// The sink that seals each reply of an exchange into its intent. Storage that is away for a moment
// is tried again for as long as the operation's deadline; then the operation ends, and the reply is
// kept in the background until storage takes it, for recovery to find, however long that is away.
[[nodiscard]] auto make_reply_sink(oauth_context& context, std::shared_ptr<exchange_record> record)
    -> reply_sink;

// The same of a refresh, whose intent is there. A reply may hold the only refresh token that is
// good: it is kept until storage takes it, however long that is away (`overdue` is told), and where
// another host has removed the intent meanwhile, for its lease was over, it is put back.
[[nodiscard]] auto make_refresh_sink(
    oauth_context& context, intent_row intent, overdue_listener overdue
) -> reply_sink;

// The replies that were recorded, opened. Error: internal.
[[nodiscard]] auto open_replies(
    const sealer& seal, const intent_ref& intent, const std::vector<intent_reply>& sealed
) -> result<recorded_replies>;

}  // namespace tenon::host
