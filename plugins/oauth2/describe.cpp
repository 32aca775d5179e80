#include "oauth2.hpp"
#include "settings.hpp"

#include <algorithm>

namespace oauth2 {
namespace {

// Where a parameter is part of a host name it is one label of it; elsewhere a path segment.
constexpr std::string_view label_pattern = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
constexpr std::string_view segment_pattern = "[A-Za-z0-9][A-Za-z0-9._-]{0,127}";

void add_origin(tenon::description& to, const std::string& origin, std::uint32_t role) {
    if (origin.empty()) return;
    const auto known =
        std::find_if(to.origins.begin(), to.origins.end(), [&origin](const tenon::origin& each) {
            return each.url == origin;
        });
    if (known == to.origins.end()) {
        to.origins.push_back({origin, role});
    } else {
        known->roles |= role;
    }
}

void add_origins(tenon::description& to, const settings& from) {
    add_origin(to, from.authorize.origin(), tenon::role::authorize);
    add_origin(to, from.token.origin(), tenon::role::token);
    add_origin(to, from.refresh_at.origin(), tenon::role::token);
    add_origin(to, from.revoke.origin(), tenon::role::revoke);
    add_origin(to, from.userinfo.origin(), tenon::role::api);
    add_origin(to, endpoint{from.base_url, {}}.origin(), tenon::role::api);
}

void add_connect_fields(tenon::description& to, const settings& from) {
    for (const auto& [name, pattern] : from.connect_params) {
        const bool in_host =
            std::any_of(to.origins.begin(), to.origins.end(), [&](const tenon::origin& each) {
                return each.url.find("{" + name + "}") != std::string::npos;
            });
        to.connect_fields.push_back(
            {.name = name,
             .label = name,
             .required = true,
             .pattern =
                 pattern.empty() ? std::string(in_host ? label_pattern : segment_pattern) : pattern}
        );
    }
}

auto missing_operations(const settings& from) -> std::uint64_t {
    std::uint64_t missing = 0;
    if (!from.revoke.exists()) missing |= tenon::operation_bit(TENON_OP_REVOKE);
    if (!from.userinfo.exists()) missing |= tenon::operation_bit(TENON_OP_PROFILE);
    if (!from.refreshable) missing |= tenon::operation_bit(TENON_OP_REFRESH);
    return missing;
}

}  // namespace

auto plugin::about() const -> tenon::description {
    return {
        .id = "oauth2",
        .display_name = "OAuth 2.0 and OpenID Connect",
        .category = "generic",
        .vendor = "Tenon",
        .version = "1.0.0",
        .pkce = tenon::pkce::supported,
        .refresh = tenon::refresh_policy{.rotates = true},
        .config_fields = config_form(),
    };
}

auto plugin::describe(const tenon::values& config) const -> tenon::description {
    const settings from = checked_settings(config);
    tenon::description made = about();
    made.display_name = from.display_name;
    made.category = from.category.empty() ? made.category : from.category;
    made.icon = from.icon;
    made.pkce = from.pkce;
    made.client_auth = from.client_auth;
    made.client_id_param = from.client_id_param;
    made.scope_separator = from.scope_separator;
    made.issuer = from.issuer;
    made.jwks_url = from.jwks_url;
    made.discovery = from.discovery_wanted;
    made.iss_promised = from.iss_promised;
    // Whoever connects may ask for openid, be it among the configured scopes or not.
    made.nonce = !from.issuer.empty() && (!from.jwks_url.empty() || from.discovery_missing);
    made.refresh = from.refreshable ? std::optional(from.refresh) : std::nullopt;
    for (const std::string& name : from.scopes) made.scopes.push_back({name, "", true});
    if (from.discovery_missing) return made;  // asked again once the metadata is there
    add_origins(made, from);
    add_connect_fields(made, from);
    made.without = missing_operations(from);
    return made;
}

}  // namespace oauth2
