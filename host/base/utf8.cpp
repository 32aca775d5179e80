#include "base/utf8.hpp"

namespace tenon::host {

auto utf8_sequence_size(std::string_view text) noexcept -> std::size_t {
    const auto at = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool bad = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F);
        return !bad && tail(1) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool bad = (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
        return !bad && tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

auto is_utf8(std::string_view text) noexcept -> bool {
    while (!text.empty()) {
        const auto size = utf8_sequence_size(text);
        if (size == 0) {
            return false;
        }
        text.remove_prefix(size);
    }
    return true;
}

}  // namespace tenon::host
