#include "http/request.hpp"

#include "base/result.hpp"
#include "http/problem.hpp"
#include "http/response.hpp"
#include "support/catch.hpp"

using tenon::host::request;

TEST_CASE("header fields are found in any case, duplicates are visible") {
    request asked;
    asked.headers.add("X-One", "1");
    asked.headers.add("x-two", "2");
    asked.headers.add("X-ONE", "3");
    CHECK(asked.headers.find("x-one") == "1");
    CHECK(asked.headers.count("X-oNe") == 2);
    CHECK(asked.headers.all("x-one") == std::vector<std::string_view>{"1", "3"});
    CHECK(asked.headers.has("X-TWO"));
    CHECK_FALSE(asked.headers.has("X-Thre"));
    CHECK(asked.headers.find("nothing").empty());
}

TEST_CASE("a cookie is found by its whole name") {
    request asked;
    asked.headers.add("Cookie", "a=1; __Host-tenon=x=y;b=2");
    asked.headers.add("Cookie", "c=3");
    CHECK(asked.cookie("__Host-tenon") == "x=y");
    CHECK(asked.cookie("b") == "2");
    CHECK(asked.cookie("c") == "3");
    CHECK_FALSE(asked.cookie("tenon"));
    CHECK_FALSE(asked.cookie("A"));
}

TEST_CASE("the media type comes without its parameters") {
    request asked;
    asked.headers.add("Content-Type", "application/json ; charset=utf-8");
    CHECK(asked.media_type() == "application/json");
}

TEST_CASE("a cleared request is like a new one") {
    request asked;
    asked.method = "POST";
    asked.headers.add("A", std::string(100'000, 'a'));
    asked.body = std::string(100'000, 'b');
    asked.params.emplace_back("a", "b");
    asked.secure = true;
    asked.clear();
    CHECK(asked.method.empty());
    CHECK(asked.headers.size() == 0);
    CHECK(asked.body.capacity() < 2000);
    CHECK(asked.params.empty());
    CHECK_FALSE(asked.secure);
}

TEST_CASE("the error shape survives any message") {
    auto why = tenon::host::fail(tenon::host::errc::rate_limited, "a \"b\"\\\n\x01\xFF\xC3\xA9");
    why.retry_after = std::chrono::seconds(7);
    const auto made = tenon::host::problem_response(429, why, "id");
    CHECK(made.status == 429);
    CHECK(made.no_store);
    CHECK(
        made.body == R"({"success":false,"error":"RATE_LIMITED","message":"a \"b\"\\\n\u0001)"
                     "\xEF\xBF\xBD\xC3\xA9"
                     R"(","requestId":"id","retryAfter":7})"
    );
    CHECK(made.headers.front() == std::pair<std::string, std::string>("Retry-After", "7"));
}

TEST_CASE("surrogates and overlong forms are not UTF-8") {
    std::string out;
    tenon::host::append_json_string(out, "\xED\xA0\x80\xC0\x80\xF0\x9F\x98\x80");
    std::string expected = "\"";
    for (int i = 0; i < 5; ++i) {
        expected += "\xEF\xBF\xBD";
    }
    CHECK(out == expected + "\xF0\x9F\x98\x80\"");
}

TEST_CASE("a redirect is 303, not stored, and has no type") {
    const auto made = tenon::host::redirect_response("https://app.example/?a=b");
    CHECK(made.status == 303);
    CHECK(made.no_store);
    CHECK(made.content_type.empty());
    CHECK(made.headers.front().second == "https://app.example/?a=b");
}
