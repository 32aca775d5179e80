#include "crypto/pkce.hpp"

#include "crypto/hash.hpp"
#include "crypto/random.hpp"

namespace tenon::host {

auto make_verifier(random_source& random) -> secret {
    return secret(random_token(random, 256));
}

auto challenge(std::string_view verifier, pkce_encoding encoding) -> std::string {
    const auto digest = sha256(verifier);
    switch (encoding) {
        case pkce_encoding::base64url: return to_base64url(digest);
        case pkce_encoding::hex: return to_hex(digest);
    }
    return to_base64url(digest);
}

}  // namespace tenon::host
