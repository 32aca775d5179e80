// Is it text? What storage, JSON and logs take without a second thought.
#pragma once

#include <string_view>

namespace tenon::host {

// UTF-8 (RFC 3629: no surrogates, no overlong forms, up to U+10FFFF) without NUL.
[[nodiscard]] auto is_text(std::string_view bytes) noexcept -> bool;

}  // namespace tenon::host
