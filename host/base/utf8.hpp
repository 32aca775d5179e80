// UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string_view>

namespace tenon::host {

// How long the sequence at the front of a text that is not empty is; 0 if it is none.
[[nodiscard]] auto utf8_sequence_size(std::string_view text) noexcept -> std::size_t;
[[nodiscard]] auto is_utf8(std::string_view text) noexcept -> bool;
// UTF-8 without NUL: what storage, JSON and logs take without a second thought.
[[nodiscard]] auto is_text(std::string_view bytes) noexcept -> bool;

}  // namespace tenon::host
