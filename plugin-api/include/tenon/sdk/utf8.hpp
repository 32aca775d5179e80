// utf8.hpp: the little of Unicode that JSON needs.
#ifndef TENON_SDK_UTF8_HPP
#define TENON_SDK_UTF8_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tenon {

/// The worth of a hexadecimal digit; -1 if it is none.
constexpr auto hex_value(char c) noexcept -> int {
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    if (c >= 'A' && c <= 'F') {
        return c - 'A' + 10;
    }
    return -1;
}

namespace detail {

// What may follow a first byte: Unicode, table 3-7. All further bytes are 80 to BF.
struct utf8_row {
    unsigned first_from, first_to, second_from, second_to;
    std::size_t length;
};
inline constexpr std::array utf8_rows = {
    utf8_row{0xc2, 0xdf, 0x80, 0xbf, 2}, utf8_row{0xe0, 0xe0, 0xa0, 0xbf, 3},
    utf8_row{0xe1, 0xec, 0x80, 0xbf, 3}, utf8_row{0xed, 0xed, 0x80, 0x9f, 3},
    utf8_row{0xee, 0xef, 0x80, 0xbf, 3}, utf8_row{0xf0, 0xf0, 0x90, 0xbf, 4},
    utf8_row{0xf1, 0xf3, 0x80, 0xbf, 4}, utf8_row{0xf4, 0xf4, 0x80, 0x8f, 4}};

constexpr auto byte_at(std::string_view text, std::size_t at) noexcept -> unsigned {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

constexpr auto has_trail(std::string_view text, const utf8_row& row) noexcept -> bool {
    const unsigned second = byte_at(text, 1);
    bool right = second >= row.second_from && second <= row.second_to;
    for (std::size_t at = 2; at < row.length; ++at) {
        right = right && (byte_at(text, at) & 0xc0U) == 0x80U;
    }
    return right;
}

// The length of the well-formed sequence at the start of a text that is not empty, or 0.
constexpr auto utf8_sequence(std::string_view text) noexcept -> std::size_t {
    const unsigned first = byte_at(text, 0);
    if (first < 0x80U) {
        return 1;
    }
    for (const utf8_row& row : utf8_rows) {
        if (first >= row.first_from && first <= row.first_to) {
            return has_trail(text, row) ? row.length : 0;
        }
    }
    return 0;
}

}  // namespace detail

/// Whether the bytes are well-formed UTF-8.
constexpr auto is_utf8(std::string_view text) noexcept -> bool {
    while (!text.empty()) {
        const std::size_t length = detail::utf8_sequence(text);
        if (length == 0) {
            return false;
        }
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
