// AES-256-GCM (NIST SP 800-38D) over buffers. For this room and its tests.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace tenon::host {

inline constexpr std::size_t gcm_nonce_size = 12;
inline constexpr std::size_t gcm_tag_size = 16;
using gcm_key = std::array<unsigned char, 32>;

// Encrypts `plaintext` into `out`, which has room for it and the tag behind it. A nonce is used
// once a key.
void gcm_seal(
    const gcm_key& key, std::string_view nonce, std::string_view additional,
    std::string_view plaintext, unsigned char* out
);

// Opens ciphertext and tag into `out`, which has room for the ciphertext; false, and `out` is
// wiped, if they are not what was sealed.
[[nodiscard]] auto gcm_open(
    const gcm_key& key, std::string_view nonce, std::string_view additional,
    std::string_view sealed, unsigned char* out
) -> bool;

}  // namespace tenon::host
