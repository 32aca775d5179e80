// Ends a flow: what the provider's redirect carries becomes a connection.
#pragma once

#include "base/result.hpp"
#include "oauth/context.hpp"

#include <boost/asio/awaitable.hpp>
#include <utility>

namespace tenon::host {

struct callback_request {
    provider_id provider;
    std::vector<std::pair<std::string, std::string>>
        params;                   // decoded, duplicates kept: they are refused
    std::string browser_binding;  // the cookie's value, or empty
    std::string request_id;
};

struct callback_outcome {
    std::string location;  // where to send the browser: 303
};

// Takes the state, once, whatever comes of it; only a redirect with a parameter twice (RFC
// 6749 3.1) is refused before it, for nobody can tell which of two states is meant. Every failure
// after that is told to the redirect target (status=error, error, message). Without a valid state
// there is no trusted redirect: error invalid_state (400). Also errors: unknown_provider,
// storage_unavailable (the state is then not taken), invalid_request (a parameter twice).
auto finish_connect(oauth_context& context, callback_request request)
    -> boost::asio::awaitable<result<callback_outcome>>;

}  // namespace tenon::host
