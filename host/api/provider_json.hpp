// What can be connected, as the REST contract writes it.
#pragma once

#include "api/json_writer.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

struct provider_entry;

// {"id", "name", "icon", "kind", "enabled", "reason"?, "scopes", "connectParams",
// "credentialFields", "redirectUri"?, …}; no secret.
// `confidence`: of the catalogue, for what it serves; else empty.
void write_provider(
    json_writer& json, const provider_entry& entry, std::string_view public_url,
    std::string_view confidence
);

// `oauth2`, or `api_key` where there is no way but that.
[[nodiscard]] auto kind_text(const provider_entry& entry) noexcept -> std::string_view;

// Where the provider must be told to send its users back.
[[nodiscard]] auto shown_redirect_uri(const provider_entry& entry, std::string_view public_url)
    -> std::string;

// `enabled`, `disabled`, `not_configured`, `misconfigured`, `undiscovered`
[[nodiscard]] auto state_text(const provider_entry& entry) noexcept -> std::string_view;

// As people read it; the id where the plugin told none.
[[nodiscard]] auto shown_name(const provider_entry& entry) -> const std::string&;

}  // namespace tenon::host
