// storable.hpp: which JSON of the provider's may be handed on.
#ifndef TENON_SDK_STORABLE_HPP
#define TENON_SDK_STORABLE_HPP

#include <tenon/sdk/json_scan.hpp>

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tenon {

namespace detail {

/// The four hexadecimal digits behind `\u`; -1 where they are none.
inline auto unicode_escape(std::string_view text, std::size_t at) -> int {
    if (at + 6 > text.size() || text[at] != '\\' || text[at + 1] != 'u') {
        return -1;
    }
    int value = 0;
    for (std::size_t i = at + 2; i < at + 6; ++i) {
        const int digit = hex_value(text[i]);
        if (digit < 0) {
            return -1;
        }
        value = value * 16 + digit;
    }
    return value;
}

/// How long the escaped character is that begins there; 0: it is `\u0000`, or half of a surrogate
/// pair.
inline auto escape_length(std::string_view text, std::size_t at) -> std::size_t {
    const int unit = unicode_escape(text, at);
    if (unit == 0 || (unit >= 0xdc00 && unit <= 0xdfff)) {
        return 0;
    }
    if (unit >= 0xd800 && unit <= 0xdbff) {
        const int low = unicode_escape(text, at + 6);
        return low >= 0xdc00 && low <= 0xdfff ? 12U : 0U;
    }
    return unit > 0 ? 6U : 2U;
}

/// No `\u0000`, and no half of a surrogate pair.
inline auto has_whole_characters(std::string_view text) -> bool {
    for (std::size_t at = text.find('\\'); at != std::string_view::npos; at = text.find('\\', at)) {
        const std::size_t length = escape_length(text, at);
        if (length == 0) {
            return false;
        }
        at += length;
    }
    return true;
}

/// Surely within a double: fewer than 300 digits, exponent counted in.
inline auto is_moderate_number(std::string_view text) -> bool {
    const std::size_t mark = text.find_first_of("eE");
    if (text.substr(0, mark).size() > 300) {
        return false;
    }
    if (mark == std::string_view::npos) {
        return true;
    }
    std::string_view exponent = text.substr(mark + 1);
    const bool negative = exponent.starts_with('-');
    if (negative || exponent.starts_with('+')) {
        exponent.remove_prefix(1);
    }
    int value = 0;
    for (const char c : exponent) {
        value = value > 9999 ? value : value * 10 + (c - '0');
    }
    return negative || value + static_cast<int>(mark) < 300;
}

}  // namespace detail

/// May this JSON be handed out? The host stores it for others to read, and ends an operation that
/// hands out what parsers choke on: an escaped NUL, half of a surrogate pair, a number beyond a
/// double.
inline auto is_storable_json(std::string_view text) -> bool {
    const auto nodes = scan_json(text);
    if (nodes.empty() || !detail::has_whole_characters(text)) {
        return false;
    }
    for (const json_node& node : nodes) {
        const bool number = node.kind == json_kind::number;
        if (number && !detail::is_moderate_number(text.substr(node.start, node.end - node.start))) {
            return false;
        }
    }
    return true;
}

}  // namespace tenon

#endif
