// Where a provider sends the browser back to.
#pragma once

#include "oauth/context.hpp"
#include "provider/registry.hpp"

namespace tenon::host {

// The redirect URI to register at the provider: the configured one, else made of public_url. One
// for each provider (RFC 9700 4.4).
[[nodiscard]] inline auto redirect_uri_of(
    const oauth_options& options, const provider_instance& provider
) -> std::string {
    const auto& own = provider.settings().redirect_uri;
    return own.empty() ? options.public_url + "/api/integrations/callback/" + provider.name() : own;
}

}  // namespace tenon::host
