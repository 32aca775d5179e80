// Proof Key for Code Exchange (RFC 7636), method S256 only.
#pragma once

#include "base/random.hpp"
#include "base/secret.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::host {

// The ABI's numbers (descriptor.h).
enum class pkce_encoding : std::uint32_t {
    base64url = 0,  // RFC 7636 4.2
    hex = 1,        // what TikTok's desktop apps expect
};

// 256 random bits as 43 unreserved characters (4.1).
[[nodiscard]] auto make_verifier(random_source& random) -> secret;

// SHA-256 of the verifier's text (4.2). No secret: it goes into the authorization URL.
[[nodiscard]] auto challenge(std::string_view verifier, pkce_encoding encoding) -> std::string;

}  // namespace tenon::host
