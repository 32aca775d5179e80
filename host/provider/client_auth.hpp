// Client authentication (RFC 6749 2.3.1), by the descriptor's method.
#pragma once

#include "provider/request_encoder.hpp"

namespace tenon::host {

// Adds the client's credentials to the request's body fields or to its headers. Denied: an origin
// that is neither token nor revoke. Broken: the plugin gave one of the same parameters, or the
// request has no body to put them in.
[[nodiscard]] auto authenticate_client(
    http_action& action, const encoding_context& context, origin_roles roles, header_list& headers
) -> or_refusal<void>;

}  // namespace tenon::host
