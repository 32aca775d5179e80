// The account's profile, as the provider tells it.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

class refresher;
class token_reader;

enum class freshness { cached_is_fine, ask_anew };

struct profile_answer {
    std::string
        json;  // the object that the API answers with, but for nothing: accountId, username, …, raw
};

// From cache for five minutes. A 401 of the provider's makes the token be refreshed and the call be
// made once more. Errors: as token_reader::read, and provider_permission_denied, provider_error,
// unsupported_by_provider, rate_limited (the provider limits the client's requests: none is sent).
auto read_profile(
    oauth_context& context, token_reader& tokens, refresher& refresh, actor by,
    account_selector which, freshness how
) -> boost::asio::awaitable<result<profile_answer>>;

}  // namespace tenon::host
