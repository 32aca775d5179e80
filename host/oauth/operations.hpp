// A provider's operation as the verbs run it: observed, logged, with the client secret that works.
#pragma once

#include "oauth/context.hpp"
#include "oauth/decisions.hpp"
#include "provider/operation.hpp"

namespace tenon::host {

// Runs it; where the provider refuses the client once more with each further client secret of the
// operator's list, so that a secret can be changed without downtime.
auto perform(oauth_context& context, provider_handle provider, operation_request request)
    -> boost::asio::awaitable<operation_result>;

// What a failed REFRESH means for the grant.
[[nodiscard]] auto classify(const operation_failure& failure) -> refresh_failure;

}  // namespace tenon::host
