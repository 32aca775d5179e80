#include "base/clock.hpp"
#include "support/catch.hpp"

using namespace tenon::host;
using std::chrono::seconds;

TEST_CASE("times are written as RFC 3339 in UTC, with milliseconds where there are any") {
    CHECK(to_rfc3339(time_point{}) == "1970-01-01T00:00:00Z");
    CHECK(to_rfc3339(time_point(seconds(1'795'255'200))) == "2026-11-21T10:00:00Z");
    CHECK(to_rfc3339(time_point(milliseconds(1'795'255'200'007))) == "2026-11-21T10:00:00.007Z");
    CHECK(to_rfc3339(time_point(milliseconds(-1))) == "1969-12-31T23:59:59.999Z");
    CHECK(to_rfc3339(time_point(seconds(951'782'400))) == "2000-02-29T00:00:00Z");
    CHECK(to_rfc3339(time_point(seconds(253'402'300'799))) == "9999-12-31T23:59:59Z");
}

TEST_CASE("what is written is read back") {
    for (const std::int64_t value :
         {0LL, 1LL, 999LL, 1'795'255'200'123LL, 4'102'444'800'000LL, -62'135'596'800'000LL}) {
        const time_point when{milliseconds(value)};
        CHECK(from_rfc3339(to_rfc3339(when)) == when);
    }
}

TEST_CASE("RFC 3339 is read with any offset and fraction") {
    const time_point noon{seconds(1'795'262'400)};
    for (const char* const text :
         {"2026-11-21T12:00:00Z", "2026-11-21t12:00:00z", "2026-11-21 12:00:00Z",
          "2026-11-21T13:00:00+01:00", "2026-11-21T06:30:00-05:30", "2026-11-21T12:00:00.0Z",
          "2026-11-21T12:00:00.000999999Z", "2026-11-22T11:59:00+23:59",
          "2026-11-21T12:00:00-00:00"}) {
        CAPTURE(text);
        CHECK(from_rfc3339(text) == noon);
    }
    CHECK(from_rfc3339("2026-11-21T12:00:00.25Z") == noon + milliseconds(250));
    CHECK(from_rfc3339("2016-12-31T23:59:60Z") == from_rfc3339("2017-01-01T00:00:00Z"));
}

TEST_CASE("what is not RFC 3339 is not read") {
    for (const char* const text :
         {"",
          "2026-11-21",
          "2026-11-21T12:00:00",
          "2026-11-21T12:00Z",
          "2026-02-29T00:00:00Z",
          "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z",
          "2026-11-00T00:00:00Z",
          "2026-11-21T24:00:00Z",
          "2026-11-21T12:60:00Z",
          "2026-11-21T12:00:61Z",
          "2026-11-21T12:00:00.Z",
          "2026-11-21T12:00:00.1234567890Z",
          "2026-11-21T12:00:00+1:00",
          "2026-11-21T12:00:00+24:00",
          "2026-11-21T12:00:00+01:60",
          "2026-11-21T12:00:00+0100",
          "2026-11-21T12:00:00Zx",
          " 2026-11-21T12:00:00Z",
          "+026-11-21T12:00:00Z",
          "26-11-21T12:00:00Z",
          "2026/11/21T12:00:00Z",
          "2026-11-21T12:00:-1Z"}) {
        CAPTURE(text);
        CHECK_FALSE(from_rfc3339(text));
    }
}
