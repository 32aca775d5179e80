// Ed25519 signatures over files (RFC 8032, the whole bytes, no context), such as plugins'. The same
// as `openssl pkeyutl -sign -rawin` makes. Any thread.
#pragma once

#include "base/result.hpp"
#include "base/secret.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

struct signing_key {
    secret private_pem;      // PKCS #8 in PEM, as a key file holds it
    std::string public_key;  // base64 of its 32 bytes, as the configuration takes it
};

// Throws std::runtime_error if OpenSSL's generator fails.
[[nodiscard]] auto generate_signing_key() -> signing_key;

// Error: invalid_request (no Ed25519 key in PEM; one with a passphrase is none).
[[nodiscard]] auto public_key_of(const secret& private_pem) -> result<std::string>;

// The signature: base64 of its 64 bytes. Error: as public_key_of.
[[nodiscard]] auto sign_bytes(const secret& private_pem, std::string_view bytes)
    -> result<std::string>;

// Is this text base64 of 32 bytes that OpenSSL takes for a public key?
[[nodiscard]] auto is_public_key(std::string_view public_key) -> bool;

// Whether the key's owner signed these bytes; false for texts that are no key or no signature.
[[nodiscard]] auto is_signed_by(
    std::string_view public_key, std::string_view bytes, std::string_view signature
) -> bool;

}  // namespace tenon::host
