// http_date.hpp: the date format of HTTP headers.
#ifndef TENON_SDK_HTTP_DATE_HPP
#define TENON_SDK_HTTP_DATE_HPP

#include <tenon/sdk/text.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace tenon {

/// Seconds since the epoch from an IMF-fixdate, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7);
/// nothing from anything else, the obsolete forms included.
inline auto parse_http_date(std::string_view text) noexcept -> std::optional<std::int64_t> {
    constexpr std::string_view shape = "Aaa, 00 Aaa 0000 00:00:00 GMT";
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    if (text.size() != shape.size()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const bool letter = shape[i] == 'A' || shape[i] == 'a';
        const bool matches =
            shape[i] == '0' ? is_digit(text[i]) : letter || i >= 26 || shape[i] == text[i];
        if (!matches) {
            return std::nullopt;
        }
    }
    const std::size_t month_at = months.find(text.substr(8, 3));
    if (text.substr(25) != " GMT" || month_at == std::string_view::npos || month_at % 3 != 0) {
        return std::nullopt;
    }

    const auto number = [text](std::size_t at, std::size_t size) {
        return to_int64(text.substr(at, size)).value_or(0);
    };
    const std::int64_t day = number(5, 2);
    const std::int64_t month = static_cast<std::int64_t>(month_at / 3) + 1;
    // Days before the first of March of a year that begins in March, so that leap days come last.
    const std::int64_t year = number(12, 4) - (month <= 2 ? 1 : 0);
    const std::int64_t shifted = (month + 9) % 12;
    const std::int64_t days = year * 365 + year / 4 - year / 100 + year / 400 +
                              (153 * shifted + 2) / 5 + day - 1 - 719468;
    return ((days * 24 + number(17, 2)) * 60 + number(20, 2)) * 60 + number(23, 2);
}

}  // namespace tenon

#endif
