#include "base/clock.hpp"

#include <charconv>

namespace tenon::host {
namespace {

// Reads exactly `width` digits at `at` and moves on.
auto digits(std::string_view text, std::size_t& at, std::size_t width) -> std::optional<int> {
    if (at + width > text.size()) {
        return std::nullopt;
    }
    int value = 0;
    for (std::size_t i = 0; i < width; ++i) {
        const char c = text[at + i];
        if (c < '0' || c > '9') {
            return std::nullopt;
        }
        value = value * 10 + (c - '0');
    }
    at += width;
    return value;
}

auto skip(std::string_view text, std::size_t& at, std::string_view any_of) -> bool {
    if (at < text.size() && any_of.find(text[at]) != std::string_view::npos) {
        ++at;
        return true;
    }
    return false;
}

// `.123456789`: milliseconds, cut.
auto fraction(std::string_view text, std::size_t& at) -> std::optional<int> {
    if (!skip(text, at, ".")) {
        return 0;
    }
    int value = 0;
    std::size_t seen = 0;
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
        if (seen < 3) {
            value = value * 10 + (text[at] - '0');
        }
        ++seen;
        ++at;
    }
    for (auto i = seen; i < 3; ++i) {
        value *= 10;
    }
    return seen == 0 || seen > 9 ? std::nullopt : std::optional<int>(value);
}

// `Z` or `+hh:mm`.
auto offset(std::string_view text, std::size_t& at) -> std::optional<std::chrono::minutes> {
    if (skip(text, at, "Zz")) {
        return std::chrono::minutes(0);
    }
    const bool west = at < text.size() && text[at] == '-';
    if (!skip(text, at, "+-")) {
        return std::nullopt;
    }
    const auto hours = digits(text, at, 2);
    if (!hours || *hours > 23 || !skip(text, at, ":")) {
        return std::nullopt;
    }
    const auto minutes = digits(text, at, 2);
    if (!minutes || *minutes > 59) {
        return std::nullopt;
    }
    const auto total = std::chrono::hours(*hours) + std::chrono::minutes(*minutes);
    return west ? -total : total;
}

auto date(std::string_view text, std::size_t& at) -> std::optional<std::chrono::sys_days> {
    const auto year = digits(text, at, 4);
    if (!year || !skip(text, at, "-")) {
        return std::nullopt;
    }
    const auto month = digits(text, at, 2);
    if (!month || !skip(text, at, "-")) {
        return std::nullopt;
    }
    const auto day = digits(text, at, 2);
    if (!day) {
        return std::nullopt;
    }
    const std::chrono::year_month_day whole{
        std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
        std::chrono::day(static_cast<unsigned>(*day))};
    return whole.ok() ? std::optional(std::chrono::sys_days(whole)) : std::nullopt;
}

auto time_of_day(std::string_view text, std::size_t& at) -> std::optional<milliseconds> {
    const auto hour = digits(text, at, 2);
    if (!hour || *hour > 23 || !skip(text, at, ":")) {
        return std::nullopt;
    }
    const auto minute = digits(text, at, 2);
    if (!minute || *minute > 59 || !skip(text, at, ":")) {
        return std::nullopt;
    }
    const auto second = digits(text, at, 2);
    if (!second || *second > 60) {  // 60: a leap second
        return std::nullopt;
    }
    const auto millis = fraction(text, at);
    if (!millis) {
        return std::nullopt;
    }
    return std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
           std::chrono::seconds(*second) + milliseconds(*millis);
}

}  // namespace

auto system_clock::now() const noexcept -> time_point {
    return std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
}

// By hand: it is in every token's answer.
auto to_rfc3339(time_point when) -> std::string {
    const auto day = std::chrono::floor<std::chrono::days>(when);
    const std::chrono::year_month_day date_part(day);
    const std::chrono::hh_mm_ss time_part(when - day);
    std::string out;
    out.reserve(24);
    const auto append = [&out](std::int64_t number, int width, char before) {
        if (before != 0) {
            out += before;
        }
        const auto at = out.size();
        out.resize(at + static_cast<std::size_t>(width));
        for (auto digit = out.end(); digit != out.begin() + static_cast<std::ptrdiff_t>(at);) {
            *--digit = static_cast<char>('0' + number % 10);
            number /= 10;
        }
    };
    append(static_cast<int>(date_part.year()), 4, 0);
    append(static_cast<unsigned>(date_part.month()), 2, '-');
    append(static_cast<unsigned>(date_part.day()), 2, '-');
    append(time_part.hours().count(), 2, 'T');
    append(time_part.minutes().count(), 2, ':');
    append(time_part.seconds().count(), 2, ':');
    if (const auto millis = time_part.subseconds().count(); millis != 0) {
        append(millis, 3, '.');
    }
    out += 'Z';
    return out;
}

auto from_rfc3339(std::string_view text) -> std::optional<time_point> {
    std::size_t at = 0;
    const auto day = date(text, at);
    if (!day || !skip(text, at, "Tt ")) {
        return std::nullopt;
    }
    const auto of_day = time_of_day(text, at);
    if (!of_day) {
        return std::nullopt;
    }
    const auto from_utc = offset(text, at);
    if (!from_utc || at != text.size()) {
        return std::nullopt;
    }
    return time_point(*day) + *of_day - *from_utc;
}

}  // namespace tenon::host
