// What it takes to revoke tokens later, as bytes to be sealed.
#pragma once

#include "oauth/revoking.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

// JSON with the tokens in it: to be wiped once it is sealed.
[[nodiscard]] auto serialize(const revocable& tokens) -> std::string;
// Error: internal.
[[nodiscard]] auto parse_revocable(std::string_view bytes) -> result<revocable>;

}  // namespace tenon::host
