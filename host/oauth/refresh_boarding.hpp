// How a refresh begins: lease and intent, and what an earlier run left.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/refresh.hpp"
#include "oauth/unsent_intents.hpp"
#include "store/grants.hpp"
#include "store/intents.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

struct boarding {
    enum class kind {
        ours,   // lease and intent are written: go on
        moved,  // it was renewed, or judged, since it was seen
        taken,  // another host holds the lease
    } state = kind::ours;
    shared_grant row;  // as it was when the lease was taken
    std::string intent;
    std::vector<intent_reply> recorded;
    // Of an earlier run that may have sent the request and recorded nothing: when it began.
    std::optional<time_point> cut_off_at;
};

// The intent of that grant's refresh, as this process writes it.
[[nodiscard]] auto intent_of(
    const oauth_context& context, const grant_row& row, std::string id, time_point created_at
) -> intent_row;

// Takes the lease, and adopts the intent of an earlier run or writes a new one. Another host's
// refresh is waited for, for as long as its lease may last; one that recorded nothing, for a moment
// more: its host may hold an answer that storage, which was away, does not have yet. Errors:
// not_found, reconnect_required, provider_unavailable (the other host takes too long),
// storage_unavailable.
auto board(oauth_context& context, unsent_intents& unsent, refresh_order order)
    -> boost::asio::awaitable<result<boarding>>;

// Ends the lease of a refresh that does not take place, and sets when it is due again, where that
// is given. What an earlier run left stays for the next one: it may hold the only copy of a refresh
// token. Where storage does not take it, the lease ends by itself, and `unsent` keeps the intent.
auto give_back(
    oauth_context& context, unsent_intents& unsent, boarding on,
    std::optional<time_point> put_off_to = std::nullopt
) -> boost::asio::awaitable<void>;

}  // namespace tenon::host
