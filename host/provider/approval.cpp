#include "provider/approval.hpp"

#include "provider/origin.hpp"

#include <tenon/descriptor.h>

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

struct named_role {
    origin_roles role;
    std::string_view name;
};
constexpr std::array all_roles{
    named_role{TENON_ROLE_AUTHORIZE, "authorize"}, named_role{TENON_ROLE_TOKEN, "token"},
    named_role{TENON_ROLE_REVOKE, "revoke"}, named_role{TENON_ROLE_API, "api"}};

auto joined(const std::vector<std::string>& parts, std::string_view between) -> std::string {
    std::string out;
    for (const auto& part : parts) {
        out += (out.empty() ? "" : std::string(between)) + part;
    }
    return out;
}

auto form_of(const descriptor& about, const std::string& name) -> std::string {
    const auto field = std::ranges::find(about.connect_fields, name, &field_descriptor::name);
    if (field == about.connect_fields.end()) {
        return {};
    }
    return field->pattern.empty() ? joined(field->choices, "|") : field->pattern;
}

auto to_approve(const descriptor& about, const origin_descriptor& origin) -> approved_origin {
    approved_origin out{origin.url, origin.roles, {}};
    const auto url = split(origin.url, url_templates::allowed);
    const auto host = url ? parse_host_template(url->host) : std::nullopt;
    if (host) {
        for (const auto& name : host->names) {
            out.patterns.emplace(name, form_of(about, name));
        }
    }
    return out;
}

auto names(const trusted_origins& named, std::string_view url) -> bool {
    const auto parts = split(url, url_templates::refused);
    return parts && std::ranges::find(named, parts->origin()) != named.end();
}

// The roles that were approved for this very origin.
auto approved_roles(const approved_provider* approved, const approved_origin& wanted)
    -> origin_roles {
    origin_roles out = 0;
    if (approved != nullptr) {
        for (const auto& one : approved->origins) {
            out |= one.url == wanted.url && one.patterns == wanted.patterns ? one.roles : 0;
        }
    }
    return out;
}

void check_fetch(
    std::string_view field, const std::string& url, const approved_provider* approved,
    const trusted_origins& origins, std::vector<field_problem>& out
) {
    const bool listed =
        approved != nullptr && std::ranges::find(approved->fetches, url) != approved->fetches.end();
    if (!url.empty() && !listed && !names(origins, url)) {
        out.push_back({std::string(field), url + " was not approved"});
    }
}

}  // namespace

auto approval_of(const descriptor& about) -> approved_provider {
    approved_provider out;
    for (const auto& origin : about.origins) {
        out.origins.push_back(to_approve(about, origin));
    }
    for (const auto& url : {about.issuer, about.jwks_url}) {
        if (!url.empty()) {
            out.fetches.push_back(url);
        }
    }
    return out;
}

auto beyond_approval(
    const descriptor& about, const approved_provider* approved, const trusted_origins& named
) -> std::vector<field_problem> {
    std::vector<field_problem> out;
    for (const auto& origin : about.origins) {
        const auto wanted = to_approve(about, origin);
        const auto beyond = wanted.roles & ~approved_roles(approved, wanted);
        if (beyond != 0 && !names(named, origin.url)) {
            out.push_back(
                {"origins",
                 origin.url + " (" + joined(role_names(beyond), ", ") + ") was not approved"}
            );
        }
    }
    check_fetch("issuer", about.issuer, approved, named, out);
    check_fetch("jwks_url", about.jwks_url, approved, named, out);
    return out;
}

auto role_names(origin_roles roles) -> std::vector<std::string> {
    std::vector<std::string> out;
    for (const auto& [role, name] : all_roles) {
        if ((roles & role) != 0) {
            out.emplace_back(name);
        }
    }
    return out;
}

auto role_named(std::string_view name) noexcept -> origin_roles {
    const auto* const found = std::ranges::find(all_roles, name, &named_role::name);
    return found == all_roles.end() ? 0 : found->role;
}

auto secrets_for(origin_roles roles) -> std::vector<std::string> {
    std::vector<std::string> out;
    if ((roles & (TENON_ROLE_TOKEN | TENON_ROLE_REVOKE)) != 0) {
        out.emplace_back("the client secret");
    }
    if ((roles & TENON_ROLE_TOKEN) != 0) {
        out.emplace_back("authorization codes with their verifiers");
    }
    if ((roles & (TENON_ROLE_TOKEN | TENON_ROLE_REVOKE)) != 0) {
        out.emplace_back("refresh tokens");
    }
    if ((roles & (TENON_ROLE_TOKEN | TENON_ROLE_REVOKE | TENON_ROLE_API)) != 0) {
        out.emplace_back("access tokens");
        out.emplace_back("credentials that users fill in");
    }
    return out;
}

}  // namespace tenon::host
