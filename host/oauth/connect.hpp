// Begins a flow: the address to send the user to.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <map>

namespace tenon::host {

struct connect_request {
    actor by;  // with org and user
    provider_id provider;
    std::string redirect_url;         // must match redirect_targets
    std::vector<std::string> scopes;  // empty: the configured ones, else the provider's defaults
    std::map<std::string, std::string> params;  // the descriptor's connect fields
    std::optional<account_id> reconnect;        // exactly this account, or ACCOUNT_MISMATCH
    bool confirm = false;                       // park the grant until the same user confirms
    std::string browser_binding;  // value of the __Host- cookie of a flow that began on our own
                                  // page; empty otherwise
};

struct connect_started {
    std::string auth_url;
    std::string state;
};

// Errors: unknown_provider, provider_disabled, redirect_not_allowed, invalid_request (details name
// the field), unsupported_by_provider, invalid_state (the user is being erased, or was since
// this began), storage_unavailable.
auto begin_connect(oauth_context& context, connect_request request)
    -> boost::asio::awaitable<result<connect_started>>;

}  // namespace tenon::host
