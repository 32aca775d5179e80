// Which header fields a plugin may set, and what the host adds.
#pragma once

#include "base/outbound.hpp"
#include "provider/action.hpp"
#include "provider/refusal.hpp"

namespace tenon::host {

// Adds the action's fields, then `Accept: application/json` and `User-Agent: tenon/VERSION` where
// they are missing. Broken: a name or value that is not a header's (RFC 9110 5.1, 5.5), a name
// twice, a field that belongs to the host or the HTTP client, a second Authorization, a
// Content-Type for a form.
[[nodiscard]] auto add_headers(const http_action& action, header_list& headers) -> or_refusal<void>;

// Adds a field unless there is one of that name, in any case.
void set_default(header_list& headers, std::string_view name, std::string_view value);

}  // namespace tenon::host
