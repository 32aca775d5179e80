// Whether what a refresh brought is the grant's: the ID token that comes with it says so.
#pragma once

#include "oauth/context.hpp"
#include "provider/operation.hpp"
#include "store/grants.hpp"

#include <boost/asio/awaitable.hpp>

namespace tenon::host {

using renewed_tokens = boost::system::result<granted, operation_failure>;

// Of tokens that an ID token came with: those that may be stored. An ID token of another issuer,
// subject or client condemns the whole answer (OpenID Connect Core 12.2): code `id_token_mismatch`,
// of which nobody knows whether the refresh token is used up. One that is wrong in any other way,
// or can't be checked now, costs the grant nothing, for the tokens beside it came from the token
// endpoint itself (3.1.3.7, 6): it is left out, and the one that the grant has stays.
auto check_renewed(
    oauth_context& context, provider_handle provider, shared_grant row, granted tokens,
    time_point received_at
) -> boost::asio::awaitable<renewed_tokens>;

}  // namespace tenon::host
