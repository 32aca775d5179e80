// What an operator approved of a plugin that did not come with the host: where it may send what.
#pragma once

#include "base/error.hpp"
#include "provider/descriptor.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

struct approved_origin {
    std::string url;  // as declared, {name}s included
    origin_roles roles = 0;
    // What may stand for each {name}: the connect field's pattern, or its choices joined by `|`.
    std::map<std::string, std::string> patterns;

    auto operator==(const approved_origin&) const -> bool = default;
};

// One provider's part.
struct approved_provider {
    std::vector<approved_origin> origins;
    // Addresses that the host itself asks on the plugin's word: issuer, JWKS.
    std::vector<std::string> fetches;

    auto operator==(const approved_provider&) const -> bool = default;
};

// A plugin's, by its providers' ids as the plugin names them.
using plugin_approval = std::map<std::string, approved_provider, std::less<>>;

// All that these descriptors ask for.
[[nodiscard]] auto approval_of(const descriptor& about) -> approved_provider;

// What a description claims beyond what was approved for it, a problem each, with the field
// `origins`, `issuer` or `jwks_url`. `named`: origins that the operator's own configuration names,
// which need no other approval.
[[nodiscard]] auto beyond_approval(
    const descriptor& about, const approved_provider* approved, const trusted_origins& named
) -> std::vector<field_problem>;

// `authorize, token`; and the reverse, which is 0 for a word that is no role.
[[nodiscard]] auto role_names(origin_roles roles) -> std::vector<std::string>;
[[nodiscard]] auto role_named(std::string_view name) noexcept -> origin_roles;

// The secrets of the host's that may be sent to an origin of these roles, in plain words.
[[nodiscard]] auto secrets_for(origin_roles roles) -> std::vector<std::string>;

}  // namespace tenon::host
