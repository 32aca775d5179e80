// utf8.hpp: the little of Unicode that JSON needs.
#ifndef TENON_SDK_UTF8_HPP
#define TENON_SDK_UTF8_HPP

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// The worth of a hexadecimal digit; -1 if it is none.
constexpr auto hex_value(char c) noexcept -> int {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

namespace detail {

// The length of the well-formed sequence at the start (Unicode, table 3-7), or 0.
constexpr auto utf8_sequence(std::string_view text) noexcept -> std::size_t {
    const auto byte = [text](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto trails = [byte](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    const unsigned first = byte(0);
    if (first < 0x80U) return 1;
    if (first >= 0xc2U && first <= 0xdfU) return trails(1) ? 2 : 0;
    if ((first & 0xf0U) == 0xe0U) {
        const bool overlong = first == 0xe0U && byte(1) < 0xa0U;
        const bool surrogate = first == 0xedU && byte(1) > 0x9fU;
        return trails(1) && trails(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first >= 0xf0U && first <= 0xf4U) {
        const bool overlong = first == 0xf0U && byte(1) < 0x90U;
        const bool beyond = first == 0xf4U && byte(1) > 0x8fU;
        return trails(1) && trails(2) && trails(3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

}  // namespace detail

/// Whether the bytes are well-formed UTF-8.
constexpr auto is_utf8(std::string_view text) noexcept -> bool {
    while (!text.empty()) {
        const std::size_t length = detail::utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

/// Appends a code point (a scalar value) in UTF-8.
inline void append_utf8(std::string& out, std::uint32_t point) {
    const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
    if (point < 0x80U) {
        put(point);
    } else if (point < 0x800U) {
        put(0xc0U | (point >> 6U));
        put(0x80U | (point & 0x3fU));
    } else if (point < 0x10000U) {
        put(0xe0U | (point >> 12U));
        put(0x80U | ((point >> 6U) & 0x3fU));
        put(0x80U | (point & 0x3fU));
    } else {
        put(0xf0U | (point >> 18U));
        put(0x80U | ((point >> 12U) & 0x3fU));
        put(0x80U | ((point >> 6U) & 0x3fU));
        put(0x80U | (point & 0x3fU));
    }
}

/// Appends what a JSON escape stands for: `at` is behind its `\u`, and behind the whole escape
/// afterwards.
inline void append_escaped_utf16(std::string& out, std::string_view text, std::size_t& at) {
    constexpr std::uint32_t replacement = 0xfffdU;
    const auto unit = [text](std::size_t from) {
        std::uint32_t value = 0;
        for (std::size_t i = from; i < from + 4; ++i) {
            value = value * 16U + static_cast<std::uint32_t>(hex_value(text[i]));
        }
        return value;
    };
    const std::uint32_t first = unit(at);
    at += 4;
    const bool high = first >= 0xd800U && first <= 0xdbffU;
    if (high && text.substr(at, 2) == "\\u") {
        const std::uint32_t second = unit(at + 2);
        if (second >= 0xdc00U && second <= 0xdfffU) {
            at += 6;
            append_utf8(out, 0x10000U + ((first - 0xd800U) << 10U) + (second - 0xdc00U));
            return;
        }
    }
    const bool half = first >= 0xd800U && first <= 0xdfffU;
    append_utf8(out, half || first == 0 ? replacement : first);
}

}  // namespace tenon

#endif
