// Small things about ASCII text.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>

namespace tenon::host {

// ASCII letters in lower case; whatever else stays as it is, in every locale.
[[nodiscard]] inline auto to_lower(std::string_view text) -> std::string {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

// Without the spaces and tabs around it.
[[nodiscard]] inline auto trimmed(std::string_view text) -> std::string_view {
    const auto first = text.find_first_not_of(" \t");
    return first == std::string_view::npos
               ? std::string_view()
               : text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

}  // namespace tenon::host
