// Where a provider sends the browser back to.
#pragma once

#include "oauth/context.hpp"
#include "provider/registry.hpp"

namespace tenon::host {

// Where the provider of that name sends browsers, unless its section says otherwise.
[[nodiscard]] inline auto usual_redirect_uri(std::string_view public_url, std::string_view name)
    -> std::string {
    return std::string(public_url) + "/api/integrations/callback/" + std::string(name);
}

// The redirect URI to register at the provider: the configured one, else made of public_url. One
// for each provider (RFC 9700 4.4).
[[nodiscard]] inline auto redirect_uri_of(
    const oauth_options& options, const provider_instance& provider
) -> std::string {
    const auto& own = provider.settings().redirect_uri;
    return own.empty() ? usual_redirect_uri(options.public_url, provider.name()) : own;
}

}  // namespace tenon::host
