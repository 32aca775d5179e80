#include "net/retry.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace tenon::host;
using std::chrono::seconds;

namespace {

// 1994-11-06T08:49:37Z, the RFC's own example.
const time_point then{milliseconds(784'111'777'000)};

}  // namespace

TEST_CASE("an HTTP date is read in each of its three forms") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", then) == then);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", then) == then);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", then) == then);
    CHECK(parse_http_date("Sun Nov 16 08:49:37 1994", then) == then + std::chrono::days(10));
}

TEST_CASE("two digits of a year mean the nearest one that isn't fifty years ahead") {
    const time_point now(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
    const auto year = [&](const char* text) {
        const auto when = parse_http_date(text, now);
        REQUIRE(when);
        const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(*when));
        return static_cast<int>(date.year());
    };
    CHECK(year("Sunday, 06-Nov-76 08:49:37 GMT") == 2076);
    CHECK(year("Sunday, 06-Nov-77 08:49:37 GMT") == 1977);
    CHECK(year("Sunday, 06-Nov-26 08:49:37 GMT") == 2026);
}

TEST_CASE("what is no date is none") {
    for (const auto* wrong :
         {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, -6 Nov 1994 08:49:37 GMT", "soon"}) {
        INFO(wrong);
        CHECK_FALSE(parse_http_date(wrong, then));
    }
}

TEST_CASE("Retry-After is seconds or a date, never negative, never beyond the ceiling") {
    CHECK(parse_retry_after("120", then) == seconds(120));
    CHECK(parse_retry_after(" 0 ", then) == seconds(0));
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:50:37 GMT", then) == seconds(60));
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:49:37 GMT", then + milliseconds(1)) == seconds(0));
    CHECK(parse_retry_after("Sun, 06 Nov 1994 08:48:37 GMT", then) == seconds(0));
    CHECK(parse_retry_after("Sun, 06 Nov 2094 08:49:37 GMT", then) == std::chrono::hours(24));
    CHECK(parse_retry_after("99999999999999999999999", then) == std::chrono::hours(24));
    for (const auto* wrong : {"", "-1", "1.5", "10s", "0x10", "tomorrow"}) {
        INFO(wrong);
        CHECK_FALSE(parse_retry_after(wrong, then));
    }
    outbound_response answer;
    CHECK_FALSE(retry_after_of(answer, then));
    answer.headers.emplace_back("retry-after", "3");
    CHECK(retry_after_of(answer, then) == seconds(3));
}

TEST_CASE("backoff doubles, stays between half and all, and below the ceiling") {
    const backoff_policy policy{milliseconds(1000), milliseconds(60'000), 2.0};
    constexpr auto most = std::numeric_limits<std::uint64_t>::max();
    CHECK(backoff(policy, 1, 0) == milliseconds(500));
    CHECK(backoff(policy, 1, most) >= milliseconds(999));
    CHECK(backoff(policy, 2, 0) == milliseconds(1000));
    CHECK(backoff(policy, 4, 0) == milliseconds(4000));
    CHECK(backoff(policy, 7, most) <= milliseconds(60'000));
    CHECK(backoff(policy, 5000, 0) == milliseconds(30'000));
    CHECK(backoff(policy, 0, 0) == milliseconds(500));
    CHECK(backoff(policy, 1, most / 2) == milliseconds(750));
}
