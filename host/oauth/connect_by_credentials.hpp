// Connects without a redirect: by what a person filled in.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"
#include "oauth/views.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>

namespace tenon::host {

struct credential_connect {
    actor by;  // with org and user
    provider_id provider;
    std::map<std::string, std::string> credentials;  // the descriptor's credential fields
    std::map<std::string, std::string> params;       // its connect fields
    std::optional<account_id> reconnect;             // exactly this account, or ACCOUNT_MISMATCH
};

// The provider is asked by VALIDATE and PROFILE; what it takes is stored sealed, as tokens are.
// Nothing needs to survive a crash on the way: who filled it in does so again. Errors:
// unknown_provider, provider_disabled, unsupported_by_provider, not_found (reconnect),
// invalid_request (details name the field; `credentials` where the provider refuses them),
// account_mismatch, and the provider's own.
auto connect_by_credentials(oauth_context& context, credential_connect request)
    -> boost::asio::awaitable<result<connection_view>>;

}  // namespace tenon::host
