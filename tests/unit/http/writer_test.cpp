#include "http/writer.hpp"

#include "support/catch.hpp"

using namespace tenon::host;
using Catch::Matchers::Contains;

namespace {

auto written(const response& answer, reply_facts facts = {}) -> std::string {
    const edge_policy policy(false, false, {});
    std::string out;
    facts.request_id = "id";
    write_response(out, answer, facts, policy);
    return out;
}

}  // namespace

TEST_CASE("a date is written as RFC 9110 wants it") {
    CHECK(
        imf_date(time_point(std::chrono::milliseconds(784'111'777'999))) ==
        "Sun, 06 Nov 1994 08:49:37 GMT"
    );
    CHECK(
        imf_date(time_point(std::chrono::milliseconds(951'782'400'000))) ==
        "Tue, 29 Feb 2000 00:00:00 GMT"
    );
    CHECK(imf_date(time_point()) == "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST_CASE("the date moves with the clock") {
    reply_facts facts;
    facts.now = time_point(std::chrono::milliseconds(999));
    CHECK_THAT(written({}, facts), Contains("00:00:00 GMT"));
    facts.now = time_point(std::chrono::milliseconds(1000));
    CHECK_THAT(written({}, facts), Contains("00:00:01 GMT"));
    facts.now = time_point();
    CHECK_THAT(written({}, facts), Contains("00:00:00 GMT"));
}

TEST_CASE("204 and 304 have neither a length nor a body") {
    for (const unsigned status : {204U, 304U}) {
        auto answer = empty_response(status);
        answer.body = "never sent";
        CHECK_THAT(written(answer), !Contains("Content-Length") && !Contains("never"));
        CHECK_THAT(written(answer), !Contains("Content-Type"));
    }
    CHECK_THAT(written(empty_response(303)), Contains("\r\nContent-Length: 0\r\n"));
}

TEST_CASE("a field that would break the message is an exception, and nothing is written") {
    const edge_policy policy(false, false, {});
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
             {"X", "a\r\nb"},
             {"X", "a\nb"},
             {"X", std::string("a\0b", 3)},
             {"X Y", "a"},
             {"", "a"},
             {"X:", "a"},
             {"X\r\nY", "a"}}) {
        response answer;
        answer.add_header(name, value);
        std::string out = "before";
        CHECK_THROWS_AS(write_response(out, answer, {}, policy), std::invalid_argument);
        CHECK(out == "before");
    }
}

TEST_CASE("what must not be kept says so") {
    auto answer = json_response(200, "{}");
    CHECK_THAT(written(answer), !Contains("Cache-Control"));
    answer.no_store = true;
    CHECK_THAT(written(answer), Contains("\r\nCache-Control: no-store\r\n"));
}
