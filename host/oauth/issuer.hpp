// The names that a provider's issuer goes by. An issuer that is declared as
// `https://host/{tenantid}/v2.0` stands for one of each tenant, by the tenant's id, a GUID:
// Microsoft signs in accounts of all of them at one address.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Whether the `iss` of a callback is the declared issuer: the same text (RFC 9207 2.4), or a
// tenant's.
[[nodiscard]] auto is_issuer(std::string_view declared, std::string_view claimed) -> bool;

// What the `iss` of an ID token may be (OpenID Connect Core 3.1.3.7): the declared issuer, with the
// token's own `tid` in place of `{tenantid}`. Google and LinkedIn go by a second name each. None
// where `tid` is no GUID but is needed.
[[nodiscard]] auto issuers_of(std::string_view declared, std::string_view tid)
    -> std::vector<std::string>;

}  // namespace tenon::host
