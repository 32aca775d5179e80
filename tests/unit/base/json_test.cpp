#include "base/json.hpp"

#include "support/catch.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

using namespace tenon::host;

namespace {

auto nested(int depth, char open, char close) -> std::string {
    const auto count = static_cast<std::size_t>(depth);
    return std::string(count, open) + std::string(count, close);
}

}  // namespace

TEST_CASE("JSON is parsed and checked alike") {
    for (const char* const text :
         {"{}", "[]", "null", "1", "\"x\"",
          R"({"a":[1,2.5,-3e10,true,null,"é\u00e9\ud83d\ude00"]})", " [1] \n"}) {
        CAPTURE(text);
        CHECK(check_json(text));
        CHECK(parse_json(text));
    }
    CHECK(parse_json(R"({"a":{"b":7}})").value()["a"]["b"] == 7);
}

TEST_CASE("what is not JSON is refused with the place") {
    for (const char* const text :
         {"",
          " ",
          "{",
          "[1,]",
          "{\"a\":1,}",
          "{a:1}",
          "'x'",
          "[1] [2]",
          "{}x",
          "nul",
          "01",
          "+1",
          "1.",
          ".5",
          "NaN",
          "\"\n\"",
          "\"\\x\"",
          "\"\\ud800\"",
          "\xff",
          "\"\xc3\x28\"",
          "\"\xed\xa0\x80\"",
          "/* c */ 1",
          "\xef\xbb\xbf",
          "\xef\xbb\xbf{}"}) {
        CAPTURE(text);
        const auto parsed = parse_json(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::invalid_json);
        CHECK(check_json(text).has_error());
    }
    CHECK(parse_json("{\"a\": nope}").error().message == "not valid JSON at byte 8");
}

TEST_CASE("a NUL does not end a text, so that something could stand behind it") {
    for (const auto& text :
         {std::string("{}\0", 3), std::string("9\0x", 3), std::string("{\"a\":1}\0{", 9)}) {
        CHECK(check_json(text).error().code == errc::invalid_json);
        CHECK(parse_json(text).error().code == errc::invalid_json);
    }
    CHECK(parse_json({"{}\0", 3}).error().message == "not valid JSON at byte 3");
}

TEST_CASE("JSON nested too deep is refused before a tree is built") {
    CHECK(check_json(nested(max_json_depth, '[', ']')));
    const auto deeper = parse_json(nested(max_json_depth + 1, '[', ']'));
    REQUIRE(deeper.has_error());
    CHECK(deeper.error().message == "nested deeper than 64 levels");
    CHECK(check_json(std::string(1'000'000, '[')).has_error());
    std::string objects;
    for (int i = 0; i < max_json_depth + 1; ++i) {
        objects += R"({"a":)";
    }
    CHECK(check_json(objects).has_error());
    std::string wide = "[";
    for (int i = 0; i < 1'000; ++i) {
        wide += "[],";
    }
    CHECK(check_json(wide + "1]"));
}

TEST_CASE("the character NUL is refused in strings and keys, however it is written") {
    for (const auto& text :
         {std::string(R"(["a\u0000b"])"), std::string(R"({"a\u0000":1})"),
          std::string("[\"\0\"]", 5)}) {
        CHECK(check_json(text).has_error());
        CHECK(parse_json(text).has_error());
    }
    CHECK(check_json(R"(["\\u0000"])"));
}

TEST_CASE("a member that is there twice is taken, or refused where that is asked for") {
    const std::string once = R"({"a":{"b":1},"c":[{"b":2},{"b":3}],"b":4})";
    CHECK(parse_json(once, repeated_members::refused).has_value());
    for (const std::string twice :
         {R"({"a":1,"b":2,"a":3})", R"({"c":[{"b":2,"b":3}]})", R"({"a":{"x":1},"\u0061":2})"}) {
        CHECK(parse_json(twice).has_value());
        const auto refused = parse_json(twice, repeated_members::refused);
        REQUIRE(refused.has_error());
        CHECK(refused.error().code == errc::invalid_json);
        CHECK(refused.error().message.find("is there twice") != std::string::npos);
    }
}
