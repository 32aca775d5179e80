// Digests, MACs and the text forms of bytes. All functions: any thread; they throw only if OpenSSL
// itself is broken.
#pragma once

#include "base/result.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

inline constexpr std::size_t sha256_size = 32;

// 32 raw bytes (FIPS 180-4).
[[nodiscard]] auto sha256(std::string_view bytes) -> std::string;
// 32 raw bytes (RFC 2104, RFC 4231); keys of any length.
[[nodiscard]] auto hmac_sha256(std::string_view key, std::string_view bytes) -> std::string;

// Lower-case hexadecimal.
[[nodiscard]] auto to_hex(std::string_view bytes) -> std::string;
// Either case, an even number of digits and nothing else; otherwise nothing.
[[nodiscard]] auto from_hex(std::string_view text) -> std::optional<std::string>;

// RFC 4648 5, without padding.
[[nodiscard]] auto to_base64url(std::string_view bytes) -> std::string;
// The reverse, strictly: no padding, no white space, and the unused bits of the last character
// zero, so that there is one text for each value. Otherwise nothing.
[[nodiscard]] auto from_base64url(std::string_view text) -> std::optional<std::string>;

// RFC 4648 4, padded.
[[nodiscard]] auto to_base64(std::string_view bytes) -> std::string;
// The reverse, as strictly; padding must be there.
[[nodiscard]] auto from_base64(std::string_view text) -> std::optional<std::string>;

// Takes as long for a difference in the first byte as for one in the last; lengths are no secret.
[[nodiscard]] auto equal_in_constant_time(std::string_view left, std::string_view right) noexcept
    -> bool;

}  // namespace tenon::host
