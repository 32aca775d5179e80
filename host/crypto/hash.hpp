// Digests and MACs; the text forms of bytes come along. All functions: any thread; they throw only
// if OpenSSL itself is broken.
#pragma once

#include "crypto/encoding.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace tenon::host {

inline constexpr std::size_t sha256_size = 32;

// 32 raw bytes (FIPS 180-4).
[[nodiscard]] auto sha256(std::string_view bytes) -> std::string;
// 32 raw bytes (RFC 2104, RFC 4231); keys of any length.
[[nodiscard]] auto hmac_sha256(std::string_view key, std::string_view bytes) -> std::string;

// Takes as long for a difference in the first byte as for one in the last; lengths are no secret.
[[nodiscard]] auto equal_in_constant_time(std::string_view left, std::string_view right) noexcept
    -> bool;

}  // namespace tenon::host
