// text.hpp: between the ABI's borrowed texts and C++ strings, and the few text helpers that
// providers need.
//
// Pure functions, callable from any thread. Nothing here looks at the locale.
#ifndef TENON_SDK_TEXT_HPP
#define TENON_SDK_TEXT_HPP

#include <tenon/base.h>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon {

/// A borrowed ABI text as a view: valid as long as the text.
inline auto view(tenon_str text) noexcept -> std::string_view {
    return text.ptr == nullptr ? std::string_view() : std::string_view(text.ptr, text.len);
}

/// A view as an ABI text: valid as long as what is viewed.
constexpr auto borrow(std::string_view text) noexcept -> tenon_str {
    return tenon_str{text.data(), text.size()};
}

/// The parts between separators, in order; empty parts are left out.
inline auto split(std::string_view text, std::string_view separators) -> std::vector<std::string> {
    std::vector<std::string> parts;
    std::size_t at = 0;
    while (at < text.size()) {
        const std::size_t end = std::min(text.find_first_of(separators, at), text.size());
        if (end > at) {
            parts.emplace_back(text.substr(at, end - at));
        }
        at = end + 1;
    }
    return parts;
}

/// The parts with the separator between each two.
inline auto join(const std::vector<std::string>& parts, std::string_view separator) -> std::string {
    std::string text;
    for (const std::string& part : parts) {
        if (!text.empty()) {
            text.append(separator);
        }
        text.append(part);
    }
    return text;
}

/// A scope list in the ABI's form, separated by spaces, from one with commas or spaces.
inline auto spaced(std::string_view scopes) -> std::string {
    return join(split(scopes, ", "), " ");
}

/// Whether a list that is separated by spaces or commas holds the word.
inline auto lists(std::string_view list, std::string_view word) -> bool {
    for (const std::string& part : split(list, ", ")) {
        if (part == word) {
            return true;
        }
    }
    return false;
}

/// A scope list that is separated by spaces, and before it those that it lacks of what a provider's
/// plugin can't do without.
inline auto with_scopes(std::string_view asked, std::initializer_list<std::string_view> needed)
    -> std::string {
    std::vector<std::string> all;
    for (const std::string_view scope : needed) {
        if (!lists(asked, scope)) {
            all.emplace_back(scope);
        }
    }
    if (!asked.empty()) {
        all.emplace_back(asked);
    }
    return join(all, " ");
}

/// A whole decimal integer, or nothing: no blanks, no sign but `-`, no overflow.
inline auto to_int64(std::string_view text) noexcept -> std::optional<std::int64_t> {
    std::int64_t value = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, value);
    if (failure != std::errc() || stop != end || text.empty()) {
        return std::nullopt;
    }
    return value;
}

constexpr auto is_digit(char c) noexcept -> bool {
    return c >= '0' && c <= '9';
}

constexpr auto lower(char c) noexcept -> char {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// Equality in which ASCII letters have no case: scheme names, token types, header names.
constexpr auto same_ignoring_case(std::string_view a, std::string_view b) noexcept -> bool {
    if (a.size() != b.size()) {
        return false;
    }
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (lower(a[i]) != lower(b[i])) {
            return false;
        }
    }
    return true;
}

}  // namespace tenon

#endif
