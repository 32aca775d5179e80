// http_date.hpp: the dates of HTTP headers.
//
// Pure functions, callable from any thread.
#ifndef TENON_SDK_HTTP_DATE_HPP
#define TENON_SDK_HTTP_DATE_HPP

#include <tenon/sdk/text.hpp>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

namespace tenon {

namespace detail {

struct date_fields {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

/// Reads a date from its front; once something did not fit, nothing does.
class date_reader {
  public:
    explicit date_reader(std::string_view text) noexcept : rest_(text) {}

    auto literal(std::string_view expected) noexcept -> date_reader& {
        good_ = good_ && rest_.substr(0, expected.size()) == expected;
        return advance(expected.size());
    }
    auto number(std::size_t digits, int& into) noexcept -> date_reader& {
        good_ = good_ && rest_.size() >= digits;
        into = 0;
        for (std::size_t i = 0; good_ && i < digits; ++i) {
            good_ = is_digit(rest_[i]);
            into = into * 10 + (rest_[i] - '0');
        }
        return advance(digits);
    }
    auto month(int& into) noexcept -> date_reader& {
        constexpr std::string_view names = "JanFebMarAprMayJunJulAugSepOctNovDec";
        const std::size_t at =
            good_ && rest_.size() >= 3 ? names.find(rest_.substr(0, 3)) : std::string_view::npos;
        good_ = at != std::string_view::npos && at % 3 == 0;
        into = good_ ? static_cast<int>(at / 3) + 1 : 0;
        return advance(3);
    }
    auto time(date_fields& into) noexcept -> date_reader& {
        return number(2, into.hour)
            .literal(":")
            .number(2, into.minute)
            .literal(":")
            .number(2, into.second);
    }
    /// Takes the character where it stands here.
    auto takes(char expected) noexcept -> bool {
        const bool here = good_ && !rest_.empty() && rest_.front() == expected;
        advance(here ? 1 : 0);
        return here;
    }
    /// Digits, one at least; whether any is not 0.
    auto fraction() noexcept -> bool {
        bool some = false;
        std::size_t size = 0;
        for (; size < rest_.size() && is_digit(rest_[size]); ++size) {
            some = some || rest_[size] != '0';
        }
        good_ = good_ && size > 0;
        advance(size);
        return good_ && some;
    }
    auto done() const noexcept -> bool { return good_ && rest_.empty(); }

  private:
    auto advance(std::size_t size) noexcept -> date_reader& {
        if (good_) {
            rest_.remove_prefix(size);
        }
        return *this;
    }

    std::string_view rest_;
    bool good_ = true;
};

/// Seconds since the epoch; nothing where there is no such day or time. A leap second counts as the
/// one after it.
inline auto moment_of(const date_fields& at) noexcept -> std::optional<std::int64_t> {
    const std::chrono::year_month_day day(
        std::chrono::year(at.year), std::chrono::month(static_cast<unsigned>(at.month)),
        std::chrono::day(static_cast<unsigned>(at.day))
    );
    if (!day.ok() || at.hour > 23 || at.minute > 59 || at.second > 60) {
        return std::nullopt;
    }
    const std::int64_t days = std::chrono::sys_days(day).time_since_epoch().count();
    return ((days * 24 + at.hour) * 60 + at.minute) * 60 + at.second;
}

/// `, 06 Nov 1994 08:49:37 GMT`
inline auto parse_fixdate(std::string_view text) noexcept -> std::optional<std::int64_t> {
    date_fields at;
    date_reader from(text);
    from.literal(", ").number(2, at.day).literal(" ").month(at.month).literal(" ");
    const bool good = from.number(4, at.year).literal(" ").time(at).literal(" GMT").done();
    return good ? moment_of(at) : std::nullopt;
}

/// `, 06-Nov-94 08:49:37 GMT`: the last year with these digits that is not more than fifty years
/// ahead of `now_s`, to the second.
inline auto parse_rfc850(std::string_view text, std::int64_t now_s) noexcept
    -> std::optional<std::int64_t> {
    date_fields at;
    date_reader from(text);
    from.literal(", ").number(2, at.day).literal("-").month(at.month).literal("-");
    if (!from.number(2, at.year).literal(" ").time(at).literal(" GMT").done()) {
        return std::nullopt;
    }
    const std::chrono::sys_seconds now{std::chrono::seconds(now_s)};
    const auto midnight = std::chrono::floor<std::chrono::days>(now);
    const std::chrono::year_month_day today(midnight);
    const int last = static_cast<int>(today.year()) + 50;
    at.year += last - last % 100;
    // Field by field: a leap day has no date fifty years on.
    const int second_of_day = (at.hour * 60 + at.minute) * 60 + at.second;
    const bool too_far = std::tuple(at.year, at.month, at.day, second_of_day) >
                         std::tuple(
                             last, static_cast<int>(static_cast<unsigned>(today.month())),
                             static_cast<int>(static_cast<unsigned>(today.day())),
                             static_cast<int>((now - midnight).count())
                         );
    at.year -= too_far ? 100 : 0;
    return moment_of(at);
}

/// ` Nov  6 08:49:37 1994`: a day of one digit has a space before it.
inline auto parse_asctime(std::string_view text) noexcept -> std::optional<std::int64_t> {
    const bool padded = text.size() > 5 && text[5] == ' ';
    date_fields at;
    date_reader from(text);
    from.literal(" ").month(at.month).literal(padded ? "  " : " ").number(padded ? 1 : 2, at.day);
    const bool good = from.literal(" ").time(at).literal(" ").number(4, at.year).done();
    return good ? moment_of(at) : std::nullopt;
}

}  // namespace detail

/// Seconds since the epoch from a date in any of the three forms that a recipient must take (RFC
/// 9110 5.6.7); nothing from anything else. The day of the week must be one, but not that day's.
///
/// `now_s`, in the same unit, settles the two-digit years of RFC 850's form: more than fifty years
/// ahead means the past.
inline auto parse_http_date(std::string_view text, std::int64_t now_s) noexcept
    -> std::optional<std::int64_t> {
    constexpr std::array<std::string_view, 7> weekdays = {
        "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"};
    for (const std::string_view name : weekdays) {
        if (text.substr(0, 3) != name.substr(0, 3)) {
            continue;
        }
        if (text.substr(0, name.size()) == name) {
            return detail::parse_rfc850(text.substr(name.size()), now_s);
        }
        const std::string_view rest = text.substr(3);
        return rest.substr(0, 1) == "," ? detail::parse_fixdate(rest) : detail::parse_asctime(rest);
    }
    return std::nullopt;
}

/// Seconds since the epoch from a date of RFC 3339, `2026-09-21T13:34:20Z`; nothing from anything
/// else. A part of a second counts as a whole one; the seconds may be left out, as ISO 8601 allows.
inline auto parse_rfc3339(std::string_view text) noexcept -> std::optional<std::int64_t> {
    detail::date_fields at;
    detail::date_reader from(text);
    from.number(4, at.year).literal("-").number(2, at.month).literal("-").number(2, at.day);
    from.literal("T").number(2, at.hour).literal(":").number(2, at.minute);
    std::int64_t shift = 0;
    if (from.takes(':')) {
        from.number(2, at.second);
        shift = from.takes('.') && from.fraction() ? 1 : 0;
    }
    if (!from.takes('Z')) {
        const int sign = from.takes('+') ? -1 : 1;
        detail::date_fields zone;
        from.literal(sign > 0 ? "-" : "").number(2, zone.hour).literal(":").number(2, zone.minute);
        if (zone.hour > 23 || zone.minute > 59) {
            return std::nullopt;
        }
        shift += sign * (zone.hour * 60 + zone.minute) * 60;
    }
    const auto moment = from.done() ? detail::moment_of(at) : std::nullopt;
    return moment ? std::optional(*moment + shift) : std::nullopt;
}

}  // namespace tenon

#endif
