// A refresh that is not sent, for the provider limits the client: nothing failed, and nothing is
// noted but when it is due again.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/refresh_boarding.hpp"
#include "provider/registry.hpp"

#include <boost/asio/awaitable.hpp>
#include <optional>

namespace tenon::host {

// Of one that is about to be sent: gives its lease back, and puts it off to a little behind the end
// of the hold, which is in `wait`. The error is rate_limited, with retry_after.
auto put_off(oauth_context& context, unsent_intents& unsent, boarding on, milliseconds wait)
    -> boost::asio::awaitable<result<shared_grant>>;

// What a reader is told of a grant that was put off and is still held, without looking further.
[[nodiscard]] auto still_held(
    oauth_context& context, const grant_row& row, const provider_instance& provider
) -> std::optional<error>;

}  // namespace tenon::host
