#include "api/provider_json.hpp"

#include "oauth/redirect_uri.hpp"
#include "provider/registry.hpp"

#include <tenon/descriptor.h>

namespace tenon::host {

namespace {

auto type_text(field_type type) noexcept -> std::string_view {
    switch (type) {
        case field_type::text: return "text";
        case field_type::url: return "url";
        case field_type::list: return "list";
        case field_type::map: return "map";
        case field_type::choice: return "choice";
    }
    return "text";
}

void write_scopes(json_writer& json, const descriptor& about) {
    json.key("scopes").begin_array();
    for (const auto& scope : about.scopes) {
        json.begin_object()
            .field("name", scope.name)
            .field("description", scope.description)
            .field("default", scope.by_default)
            .end_object();
    }
    json.end_array();
}

void write_form(
    json_writer& json, std::string_view name, const std::vector<field_descriptor>& form
) {
    json.key(name).begin_array();
    for (const auto& field : form) {
        json.begin_object()
            .field("name", field.name)
            .field("label", field.label)
            .field("description", field.description)
            .field("type", type_text(field.type))
            .field("required", field.required)
            .field("secret", field.secret)
            .field("pattern", field.pattern)
            .field("default", field.default_value);
        json.key("choices").begin_array();
        for (const auto& choice : field.choices) {
            json.value(choice);
        }
        json.end_array().end_object();
    }
    json.end_array();
}

void write_problems(json_writer& json, const provider_entry& entry) {
    if (!entry.message.empty()) {
        json.field("reason", entry.message);
    }
    if (entry.problems.empty()) {
        return;
    }
    json.key("problems").begin_array();
    for (const auto& problem : entry.problems) {
        json.begin_object()
            .field("field", problem.field)
            .field("message", problem.message)
            .end_object();
    }
    json.end_array();
}

}  // namespace

auto state_text(const provider_entry& entry) noexcept -> std::string_view {
    switch (entry.state) {
        case provider_state::enabled: return "enabled";
        case provider_state::disabled: return "disabled";
        case provider_state::not_configured: return "not_configured";
        case provider_state::misconfigured: return "misconfigured";
        case provider_state::undiscovered: return "undiscovered";
    }
    return "misconfigured";
}

auto kind_text(const provider_entry& entry) noexcept -> std::string_view {
    const auto kinds = entry.about ? entry.about->auth_kinds : 0;
    const bool is_key_only = (kinds & TENON_AUTH_API_KEY) != 0 && (kinds & TENON_AUTH_CODE) == 0;
    return is_key_only ? "api_key" : "oauth2";
}

auto shown_name(const provider_entry& entry) -> const std::string& {
    return entry.about && !entry.about->display_name.empty() ? entry.about->display_name
                                                             : entry.name;
}

auto shown_redirect_uri(const provider_entry& entry, std::string_view public_url) -> std::string {
    if (entry.instance && !entry.instance->settings().redirect_uri.empty()) {
        return entry.instance->settings().redirect_uri;
    }
    return usual_redirect_uri(public_url, entry.name);
}

void write_provider(
    json_writer& json, const provider_entry& entry, std::string_view public_url,
    std::string_view confidence
) {
    static const descriptor nothing_known;
    const auto& about = entry.about ? *entry.about : nothing_known;
    json.begin_object()
        .field("id", entry.name)
        .field("name", shown_name(entry))
        .field("icon", about.icon)
        .field("category", about.category)
        .field("kind", kind_text(entry))
        .field("enabled", entry.state == provider_state::enabled)
        .field("state", state_text(entry));
    write_problems(json, entry);
    if (!confidence.empty()) {
        json.field("confidence", confidence);
    }
    if (!about.docs_url.empty()) {
        json.field("docs", about.docs_url);
    }
    write_scopes(json, about);
    write_form(json, "connectParams", about.connect_fields);
    write_form(json, "credentialFields", about.credential_fields);
    if (kind_text(entry) != "api_key") {
        json.field("redirectUri", shown_redirect_uri(entry, public_url));
    }
    json.end_object();
}

}  // namespace tenon::host
