// `${name}` in what a plugin hands out stands for a secret that the plugin never sees.
#pragma once

#include "base/secret.hpp"
#include "provider/descriptor.hpp"
#include "provider/refusal.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

struct operation_secrets;

// What the names stand for in one operation. Borrowed.
struct reference_values {
    operation_kind kind = operation_kind::profile;
    std::string_view client_id;
    const secret* client_secret = nullptr;       // null: none is configured
    const operation_secrets* secrets = nullptr;  // never null
};

// Where the result goes: each reference is bound to roles of origins (request.h has the table), and
// a host call takes client_id, client_secret, access_token and credentials.
struct template_place {
    origin_roles roles = 0;
    bool host_call = false;
};

// The text with its references filled in, `$base64{…}` encoded and `$$` as `$`. Denied: a reference
// that is unknown, not allowed there, or without a value; a lone `$`.
[[nodiscard]] auto expand(
    std::string_view text, const reference_values& values, template_place place
) -> or_refusal<std::string>;

}  // namespace tenon::host
