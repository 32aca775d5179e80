// An issuer's metadata (OpenID Connect Discovery 1.0 4, RFC 8414 3). For this room's own use.
#pragma once

#include "base/outbound.hpp"
#include "base/result.hpp"
#include "provider/describe.hpp"

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>
#include <vector>

namespace tenon::host {

// `<issuer>/.well-known/openid-configuration`, then RFC 8414's form, which puts the path behind the
// well-known part.
[[nodiscard]] auto discovery_urls(const std::string& issuer) -> std::vector<std::string>;

// Is this document the issuer's, and do its endpoints lie where they may: https, or loopback where
// the issuer does? Error: provider_error, with what is wrong.
[[nodiscard]] auto check_metadata(
    const std::string& issuer, std::string_view document, bool loopback
) -> result<void>;

struct discovery_request {
    std::string provider;  // for labels
    std::string issuer;
    // Where a URL really leads: the operator's origin mapping.
    std::vector<std::string> addresses;  // of discovery_urls(issuer), mapped
};

// Tries the addresses in turn. Errors: provider_unavailable (no answer, with why), provider_error.
auto fetch_metadata(discovery_request request, outbound_http& http)
    -> boost::asio::awaitable<result<discovered_metadata>>;

}  // namespace tenon::host
