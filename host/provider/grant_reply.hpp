// Which replies may carry tokens: what is sealed, replayed, and ambiguous when it is lost.
#pragma once

#include "provider/request_encoder.hpp"

namespace tenon::host {

// A request that authenticates the client, or carries what tokens are given for: the client secret,
// the refresh token, the code verifier, and the access token where that renews itself.
[[nodiscard]] auto asks_for_tokens(const http_action& action, const encoding_context& context)
    -> bool;

// What the plugin marks with GRANT_REPLY, and in an exchange or a refresh also what it forgot to
// mark: a request that asks for tokens, or goes to an origin of role TOKEN.
[[nodiscard]] auto may_carry_tokens(const http_action& action, const encoding_context& context)
    -> bool;

// Did the provider do what it was asked?
[[nodiscard]] auto is_success(const outbound_response& answer) -> bool;

// Or may it have done so, although it says that it failed? A 503 says that it did not begin.
[[nodiscard]] auto is_unclear(const outbound_response& answer) -> bool;

}  // namespace tenon::host
