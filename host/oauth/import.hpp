// Takes over tokens that were obtained elsewhere.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>

namespace tenon::host {

struct import_item {
    user_id user;
    std::optional<account_id> account;  // required where the profile is not asked
    secret access_token;
    secret refresh_token;
    std::optional<time_point> expires_at;
    std::string scope;
    std::string slot;
    std::map<std::string, std::string> params;  // connect parameters of a templated provider
};

struct imported {
    connection_id connection;
    account_id account;
};

enum class import_validation {
    none,        // the account is whose the caller says
    by_profile,  // the provider is asked, where it can be
    proven       // nothing is imported but what the provider says whose it is
};

// One item; by.user is ignored. Errors: unknown_provider, provider_disabled, invalid_request
// (details), account_mismatch, reconnect_required (the provider refuses the token),
// unsupported_by_provider (nothing proves whose it is), conflict (without a refresh token of its
// own, for an account that others have connected), rate_limited (the provider limits the client's
// requests: none is sent), and the provider's own.
auto import_connection(
    oauth_context& context, actor by, provider_id provider, import_item item, import_validation how
) -> boost::asio::awaitable<result<imported>>;

}  // namespace tenon::host
