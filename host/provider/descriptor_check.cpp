#include "provider/descriptor_check.hpp"

#include "base/text.hpp"
#include "provider/host_calls.hpp"
#include "provider/origin.hpp"
#include "provider/pattern.hpp"

#include <tenon/descriptor.h>

#include <algorithm>
#include <set>

namespace tenon::host {
namespace {

using problems = std::vector<field_problem>;

auto find_field(const std::vector<field_descriptor>& form, std::string_view name)
    -> const field_descriptor* {
    const auto found = std::ranges::find(form, name, &field_descriptor::name);
    return found == form.end() ? nullptr : &*found;
}

void check_mandatory(const descriptor& about, problems& out) {
    if (!is_provider_id(about.id)) {
        out.push_back({"id", "must match [a-z0-9][a-z0-9_-]{0,63}"});
    }
    if (about.display_name.empty()) {
        out.push_back({"display_name", "is missing"});
    }
    if (about.version.empty()) {
        out.push_back({"version", "is missing"});
    }
    for (const auto& call : about.host_calls) {
        if (!is_host_call(call)) {
            out.push_back({"host_calls", "'" + call + "' is unknown to this host: upgrade the host"}
            );
        }
    }
}

void check_auth_kinds(const descriptor& about, problems& out) {
    const bool code = (about.auth_kinds & TENON_AUTH_CODE) != 0;
    if (code &&
        !(about.supports(operation_kind::authorize) && about.supports(operation_kind::exchange))) {
        out.push_back({"operations", "an authorization code flow needs AUTHORIZE and EXCHANGE"});
    }
    const bool by_key = (about.auth_kinds & TENON_AUTH_API_KEY) != 0;
    if (!code && !by_key) {
        out.push_back(
            {"auth_kinds",
             "is " + std::to_string(about.auth_kinds) +
                 ", of which nobody can be connected by this host: expected CODE (1) or API_KEY "
                 "(8); DEVICE, CLIENT_CREDENTIALS and EXTERNAL_SESSION are reserved"}
        );
    }
    const bool validates = about.supports(operation_kind::validate);
    if (by_key && !validates) {
        out.push_back({"operations", "the auth kind API_KEY needs VALIDATE"});
    }
    if (validates && (!by_key || about.credential_fields.empty())) {
        out.push_back(
            {"credential_fields", "VALIDATE needs at least one, and the auth kind API_KEY"}
        );
    }
}

void check_form(const std::vector<field_descriptor>& form, std::string_view list, problems& out) {
    std::set<std::string_view> seen;
    for (const auto& field : form) {
        const auto where = std::string(list) + "." + field.name;
        if (field.name.empty()) {
            out.push_back({where, "has no name"});
        }
        if (!seen.insert(field.name).second) {
            out.push_back({where, "is there twice"});
        }
        if (!field.pattern.empty() && !pattern::compile(field.pattern)) {
            out.push_back(
                {where,
                 "its pattern is not an ECMAScript regular expression of at most 500 characters "
                 "(1500 with counted repetitions written out), without look-aheads and "
                 "back-references"}
            );
        }
        if (field.type == field_type::choice && field.choices.empty()) {
            out.push_back({where, "is a choice without choices"});
        }
    }
}

// What users fill in is stored as it is, and shown.
void check_connect_fields(const descriptor& about, problems& out) {
    check_form(about.connect_fields, "connect_fields", out);
    for (const auto& field : about.connect_fields) {
        if (field.secret) {
            out.push_back(
                {"connect_fields." + field.name,
                 "is a secret: connect parameters are not stored sealed, so this host takes none"}
            );
        }
    }
}

// Each is a `${credential.NAME}`.
void check_credential_fields(const descriptor& about, problems& out) {
    check_form(about.credential_fields, "credential_fields", out);
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    };
    for (const auto& field : about.credential_fields) {
        if (!std::ranges::all_of(field.name, plain)) {
            out.push_back({"credential_fields." + field.name, "must match [a-z0-9_]+"});
        }
    }
}

void check_template(
    const descriptor& about, const split_url& url, const std::string& text, problems& out
) {
    const auto host = parse_host_template(url.host);
    for (const auto& name : host->names) {
        const auto* field = find_field(about.connect_fields, name);
        if (field == nullptr) {
            out.push_back({"origins", text + ": {" + name + "} is not a connect field"});
        } else if (field->pattern.empty() && field->type != field_type::choice) {
            out.push_back({"origins", text + ": the connect field '" + name + "' needs a pattern"});
        }
    }
}

void check_origin(
    const descriptor& about, const origin_descriptor& origin, const trusted_origins& trusted,
    problems& out
) {
    const auto url = split(origin.url, url_templates::allowed);
    if (!url || !url->rest.empty()) {
        out.push_back(
            {"origins",
             "'" + origin.url + "' is not of the form https://host[:port] (no path, no wildcard)"}
        );
        return;
    }
    if (origin.roles == 0) {
        out.push_back(
            {"origins", origin.url + ": has none of the roles authorize, token, revoke, api"}
        );
    }
    const bool named = std::ranges::find(trusted, url->origin()) != trusted.end();
    if (url->scheme == "http" && !(named && is_loopback(url->host))) {
        out.push_back(
            {"origins", origin.url +
                            ": must be https; plain http is only for a loopback address that the "
                            "configuration names"}
        );
    } else if (is_address(url->host) && !named) {
        out.push_back({"origins", origin.url + ": must be a name, not an IP address"});
    }
    if (url->host.find('{') != std::string::npos) {
        check_template(about, *url, origin.url, out);
    } else if (url->host.find('.') == std::string::npos && !is_loopback(url->host) && !named && !is_address(url->host)) {
        out.push_back({"origins", origin.url + ": must be a full domain name"});
    }
}

// URLs that the host itself fetches or compares.
void check_url(
    std::string_view field, const std::string& text, const trusted_origins& trusted, problems& out
) {
    if (text.empty()) {
        return;
    }
    const auto url = split(text, url_templates::refused);
    const bool named = url && std::ranges::find(trusted, url->origin()) != trusted.end();
    if (!url || (url->scheme != "https" && !(named && is_loopback(url->host)))) {
        out.push_back({std::string(field), "is not an https URL"});
    }
}

// Applications show it as it is: nothing that could run, or be read or changed on its way.
void check_icon(const std::string& icon, problems& out) {
    constexpr std::string_view image = "data:image/";
    if (icon.empty() || to_lower(icon.substr(0, image.size())) == image) {
        return;
    }
    const auto url = split(icon, url_templates::refused);
    if (!url || url->scheme != "https") {
        out.push_back({"icon", "is neither an https URL nor a data: URI of an image"});
    }
}

void check_slots(const descriptor& about, problems& out) {
    std::set<std::string_view> seen;
    for (const auto& slot : about.slots) {
        if (!seen.insert(slot.name).second) {
            out.push_back({"slots", "'" + slot.name + "' is there twice"});
        }
    }
}

}  // namespace

auto is_provider_id(std::string_view text) -> bool {
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
    return !text.empty() && text.size() <= 64 && plain(text.front()) &&
           std::ranges::all_of(text, [&](char c) { return plain(c) || c == '_' || c == '-'; });
}

auto check_descriptor(const descriptor& about, const trusted_origins& trusted)
    -> std::vector<field_problem> {
    problems out;
    check_mandatory(about, out);
    check_auth_kinds(about, out);
    check_form(about.config_fields, "config_fields", out);
    check_connect_fields(about, out);
    check_credential_fields(about, out);
    for (const auto& origin : about.origins) {
        check_origin(about, origin, trusted, out);
    }
    check_url("issuer", about.issuer, trusted, out);
    check_url("jwks_url", about.jwks_url, trusted, out);
    check_url("docs_url", about.docs_url, trusted, out);
    check_icon(about.icon, out);
    check_slots(about, out);
    return out;
}

}  // namespace tenon::host
