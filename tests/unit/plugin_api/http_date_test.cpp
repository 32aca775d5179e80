#include <tenon/sdk/http_date.hpp>

#include <chrono>

#include "support/catch.hpp"

using tenon::parse_http_date;

namespace {

// 1994-11-06T08:49:37Z, the RFC's own example.
constexpr std::int64_t then = 784'111'777;
constexpr std::int64_t day = 86'400;

auto midnight(int year, int month, int of) -> std::int64_t {
    const auto date = std::chrono::year(year) / month / of;
    return std::chrono::sys_days(date).time_since_epoch().count() * day;
}

}  // namespace

TEST_CASE("an HTTP date is read in each of its three forms") {
    CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", then) == then);
    CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", then) == then);
    CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", then) == then);
    CHECK(parse_http_date("Wed Nov 16 08:49:37 1994", then) == then + 10 * day);
    CHECK(parse_http_date("Wednesday, 16-Nov-94 08:49:37 GMT", then) == then + 10 * day);
}

TEST_CASE("an HTTP date is right at the ends of days, years and centuries") {
    CHECK(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT", then) == 0);
    CHECK(parse_http_date("Thu, 29 Feb 2024 23:59:59 GMT", then) == 1'709'251'199);
    CHECK(parse_http_date("Sat, 01 Jan 2000 00:00:00 GMT", then) == 946'684'800);
    CHECK(
        parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", then) == 1'483'228'800
    );  // a leap second
    CHECK(parse_http_date("Thu Jan  1 00:00:00 1970", then) == 0);
}

TEST_CASE("two digits of a year mean the last one that isn't more than fifty years ahead") {
    const std::int64_t now = midnight(2026, 11, 21) + 12 * 3600;
    CHECK(parse_http_date("Friday, 06-Nov-26 00:00:00 GMT", now) == midnight(2026, 11, 6));
    CHECK(parse_http_date("Friday, 06-Nov-76 00:00:00 GMT", now) == midnight(2076, 11, 6));
    SECTION("to the second") {
        const auto noon = midnight(2076, 11, 21) + 12 * 3600;
        CHECK(parse_http_date("Saturday, 21-Nov-76 12:00:00 GMT", now) == noon);
        CHECK(
            parse_http_date("Sunday, 21-Nov-76 12:00:01 GMT", now) ==
            midnight(1976, 11, 21) + 12 * 3600 + 1
        );
        CHECK(parse_http_date("Sunday, 22-Nov-76 00:00:00 GMT", now) == midnight(1976, 11, 22));
    }
    SECTION("before a century's end the next one is near") {
        CHECK(
            parse_http_date("Saturday, 01-Jan-00 00:00:00 GMT", midnight(1999, 12, 31)) ==
            midnight(2000, 1, 1)
        );
    }
    SECTION("on a leap day, which fifty years later isn't one") {
        const std::int64_t leap = midnight(2024, 2, 29);
        CHECK(parse_http_date("Friday, 28-Feb-74 00:00:00 GMT", leap) == midnight(2074, 2, 28));
        CHECK(parse_http_date("Friday, 01-Mar-74 00:00:00 GMT", leap) == midnight(1974, 3, 1));
    }
}

TEST_CASE("what is no HTTP date is none") {
    for (const auto* wrong :
         {"",
          "Sun",
          "Sun,",
          "soon",
          "Sunday",
          "Sunday,",
          "Sun, 06 Nov 1994 08:49:37",
          "Sun, 06 Nov 1994 08:49:37 UTC",
          "Sun, 31 Feb 1994 08:49:37 GMT",
          "Sun, 00 Nov 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 24:49:37 GMT",
          "Sun, 06 Nov 1994 08:60:37 GMT",
          "Sun, 06 Nov 1994 08:49:61 GMT",
          "Sun, 6 Nov 1994 08:49:37 GMT",
          "Sun, 06 nov 1994 08:49:37 GMT",
          "Sun, 06 anF 1994 08:49:37 GMT",
          "Sun, 06 Nov 1994 08:49:37 GMT ",
          "Sun, -6 Nov 1994 08:49:37 GMT",
          "Xyz, 06 Nov 1994 08:49:37 GMT",
          "Sun, 06-Nov-94 08:49:37 GMT",
          "Sunday, 06 Nov 1994 08:49:37 GMT",
          "Sunday, 06-Nov-1994 08:49:37 GMT",
          "Sunday, 31-Feb-94 08:49:37 GMT",
          "Sun Nov 6 08:49:37 1994",
          "Sun Nov 06 08:49:37 1994 ",
          "Sun Nov  6 08:49:37 94",
          "Sun Nov   6 08:49:37 1994"}) {
        INFO(wrong);
        CHECK_FALSE(parse_http_date(wrong, then));
    }
}
