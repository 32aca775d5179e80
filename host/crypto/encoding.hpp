// Bytes as text: hexadecimal and the two base64 alphabets. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

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

}  // namespace tenon::host
