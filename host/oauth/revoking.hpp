// Ending tokens at the provider that issued them.
#pragma once

#include "oauth/context.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

// What a revocation takes, at the longest.
inline constexpr milliseconds revoke_deadline{15'000};

struct revocable {
    provider_id provider;
    std::string client_id;
    std::string connect_params;  // JSON object
    std::string slot;            // as the plugin calls it
    secret access_token, refresh_token;
    account_id account = {};
    std::string base_url = {};        // of the account's API; empty: the provider has one for all
    credential_map credentials = {};  // of a connect without a redirect
};

// As the audit log has them: an object.
[[nodiscard]] auto outcomes_json(const std::vector<revocation>& outcomes) -> std::string;

// `revoked`, `unsupported` (the provider can't) or `failed`.
auto revoke_tokens(oauth_context& context, revocable tokens) -> boost::asio::awaitable<std::string>;

}  // namespace tenon::host
