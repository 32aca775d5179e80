// Makes an HTTP request of what a plugin described.
#pragma once

#include "base/outbound.hpp"
#include "provider/action.hpp"
#include "provider/egress.hpp"
#include "provider/refusal.hpp"
#include "provider/template.hpp"

#include <map>
#include <string>

namespace tenon::host {

// What one operation's requests are encoded with. Borrowed.
struct encoding_context {
    const descriptor& about;
    const egress_policy& egress;
    const std::map<std::string, std::string>& connect;
    reference_values values;
    std::string_view label;  // `slack exchange`
};

// Path, query (RFC 3986), form (WHATWG: application/x-www-form-urlencoded) and JSON are encoded,
// templates filled in, the client authenticated as the descriptor says, `Accept` and `User-Agent`
// added where the plugin has none of its own. Never logs.
[[nodiscard]] auto encode_request(http_action action, const encoding_context& context)
    -> or_refusal<outbound_request>;

// Parameters that an authorization URL must carry exactly once, with exactly these values (RFC
// 6749 3.1, 4.1.1).
struct authorize_expectation {
    std::string_view state, redirect_uri;
};
// The URL to send the browser to. The client id is added where the plugin left it out.
[[nodiscard]] auto encode_authorize(
    const http_action& action, const encoding_context& context, authorize_expectation expected
) -> or_refusal<std::string>;

}  // namespace tenon::host
