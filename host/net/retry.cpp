#include "net/retry.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace tenon::host {
namespace {

using std::chrono::seconds;

constexpr std::array<std::string_view, 12> months = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads from the front of a text; once something did not fit, nothing does.
class reader {
  public:
    explicit reader(std::string_view text) : rest_(text) {}

    auto literal(std::string_view expected) -> reader& {
        good_ = good_ && rest_.starts_with(expected);
        return advance(expected.size());
    }
    auto number(std::size_t digits, int& into) -> reader& {
        const char* begin = rest_.data();
        good_ = good_ && rest_.size() >= digits && begin[0] >= '0' && begin[0] <= '9';
        if (good_) {
            const auto read = std::from_chars(begin, begin + digits, into);
            good_ = read.ec == std::errc() && read.ptr == begin + digits;
        }
        return advance(digits);
    }
    auto month(int& into) -> reader& {
        const auto found = std::find(months.begin(), months.end(), rest_.substr(0, 3));
        good_ = good_ && found != months.end();
        into = static_cast<int>(found - months.begin()) + 1;
        return advance(3);
    }
    auto time(int& hour, int& minute, int& second) -> reader& {
        return number(2, hour).literal(":").number(2, minute).literal(":").number(2, second);
    }
    [[nodiscard]] auto done() const -> bool { return good_ && rest_.empty(); }

  private:
    auto advance(std::size_t size) -> reader& {
        if (good_) {
            rest_.remove_prefix(size);
        }
        return *this;
    }
    std::string_view rest_;
    bool good_ = true;
};

struct date_parts {
    int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
};

auto assemble(const date_parts& parts) -> std::optional<time_point> {
    const std::chrono::year_month_day date(
        std::chrono::year(parts.year), std::chrono::month(static_cast<unsigned>(parts.month)),
        std::chrono::day(static_cast<unsigned>(parts.day))
    );
    if (!date.ok() || parts.hour > 23 || parts.minute > 59 || parts.second > 60) {
        return std::nullopt;
    }
    return std::chrono::sys_days(date) + std::chrono::hours(parts.hour) +
           std::chrono::minutes(parts.minute) + seconds(parts.second);
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, behind the comma.
auto parse_fixdate(std::string_view text) -> std::optional<time_point> {
    date_parts parts;
    const bool good = reader(text)
                          .literal(" ")
                          .number(2, parts.day)
                          .literal(" ")
                          .month(parts.month)
                          .literal(" ")
                          .number(4, parts.year)
                          .literal(" ")
                          .time(parts.hour, parts.minute, parts.second)
                          .literal(" GMT")
                          .done();
    return good ? assemble(parts) : std::nullopt;
}

// `Sunday, 06-Nov-94 08:49:37 GMT`, behind the comma. More than fifty years ahead means the century
// before.
auto parse_rfc850(std::string_view text, time_point now) -> std::optional<time_point> {
    date_parts parts;
    const bool good = reader(text)
                          .literal(" ")
                          .number(2, parts.day)
                          .literal("-")
                          .month(parts.month)
                          .literal("-")
                          .number(2, parts.year)
                          .literal(" ")
                          .time(parts.hour, parts.minute, parts.second)
                          .literal(" GMT")
                          .done();
    if (!good) {
        return std::nullopt;
    }
    const std::chrono::year_month_day today(std::chrono::floor<std::chrono::days>(now));
    const int this_year = static_cast<int>(today.year());
    parts.year += this_year - this_year % 100;
    if (parts.year > this_year + 50) {
        parts.year -= 100;
    }
    return assemble(parts);
}

// `Sun Nov  6 08:49:37 1994`, behind the day's name.
auto parse_asctime(std::string_view text) -> std::optional<time_point> {
    date_parts parts;
    const bool one_digit = text.size() > 5 && text[5] == ' ';
    const bool good = reader(text)
                          .literal(" ")
                          .month(parts.month)
                          .literal(one_digit ? "  " : " ")
                          .number(one_digit ? 1 : 2, parts.day)
                          .literal(" ")
                          .time(parts.hour, parts.minute, parts.second)
                          .literal(" ")
                          .number(4, parts.year)
                          .done();
    return good ? assemble(parts) : std::nullopt;
}

}  // namespace

auto parse_http_date(std::string_view text, time_point now) -> std::optional<time_point> {
    const auto comma = text.find(',');
    if (comma == text.npos) {
        return text.size() > 3 ? parse_asctime(text.substr(3)) : std::nullopt;
    }
    const auto rest = text.substr(comma + 1);
    const auto fixed = parse_fixdate(rest);
    return fixed ? fixed : parse_rfc850(rest, now);
}

auto parse_retry_after(std::string_view value, time_point now, seconds ceiling)
    -> std::optional<seconds> {
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t')) {
        value.remove_prefix(1);
    }
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) {
        value.remove_suffix(1);
    }
    if (!value.empty() && std::all_of(value.begin(), value.end(), [](char digit) {
            return digit >= '0' && digit <= '9';
        })) {
        std::int64_t number = 0;
        const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
        return read.ec == std::errc() ? std::min(seconds(number), ceiling) : ceiling;
    }
    const auto when = parse_http_date(value, now);
    if (!when) {
        return std::nullopt;
    }
    return std::clamp(std::chrono::ceil<seconds>(*when - now), seconds(0), ceiling);
}

auto retry_after_of(const outbound_response& answer, time_point now) -> std::optional<seconds> {
    for (const auto& [name, value] : answer.headers) {
        if (name == "retry-after") {
            return parse_retry_after(value, now);
        }
    }
    return std::nullopt;
}

auto backoff(const backoff_policy& policy, unsigned failures, std::uint64_t random)
    -> milliseconds {
    const double most = static_cast<double>(policy.ceiling.count());
    const double grown = static_cast<double>(policy.first.count()) *
                         std::pow(policy.factor, failures == 0 ? 0 : failures - 1);
    const double whole = std::isfinite(grown) ? std::min(grown, most) : most;
    const double part = static_cast<double>(random >> 11U) * 0x1.0p-53;
    return milliseconds(static_cast<std::int64_t>(whole * (0.5 + part / 2)));
}

}  // namespace tenon::host
