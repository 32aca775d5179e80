#include "api/body_fields.hpp"
#include "api/json_writer.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

#include <nlohmann/json.hpp>

using namespace tenon::host;
using nlohmann::json;

TEST_CASE("what is written parses to what was meant") {
    json_writer writer;
    writer.begin_object()
        .field("text", "a\"b\\c\n\t\x01 \xC3\xA9")
        .field("yes", true)
        .field("number", std::int64_t{-9'007'199'254'740'993})
        .field("nothing", std::optional<time_point>())
        .field("when", time_point{milliseconds{0}})
        .raw_field("raw", R"({"big":12345678901234567890})")
        .raw_field("absent", "")
        .key("list")
        .begin_array()
        .value(1)
        .begin_object()
        .end_object()
        .value("x")
        .end_array()
        .end_object();
    const auto text = writer.take();
    const auto parsed = json::parse(text);
    CHECK(parsed.at("text") == "a\"b\\c\n\t\x01 \xC3\xA9");
    CHECK(parsed.at("yes") == true);
    CHECK(parsed.at("number") == -9'007'199'254'740'993);
    CHECK(parsed.at("nothing").is_null());
    CHECK(parsed.at("when") == "1970-01-01T00:00:00Z");
    CHECK(parsed.at("absent").is_null());
    CHECK(parsed.at("list") == json::array({1, json::object(), "x"}));
    CHECK(text.find(R"("raw":{"big":12345678901234567890})") != std::string::npos);
}

TEST_CASE("text that is no UTF-8 becomes JSON all the same") {
    json_writer writer;
    writer.begin_array().value(std::string_view("a\xFF\xC3z")).end_array();
    const auto text = writer.take();
    CHECK(json::parse(text)[0] == "a\xEF\xBF\xBD\xEF\xBF\xBDz");
}

TEST_CASE("every wrong field of a body is named, not only the first") {
    auto body = body_fields::parse(R"({"a":1,"b":"x","c":[1],"d":"soon","e":{"k":[]}})");
    REQUIRE(body.has_value());
    CHECK(body->text("a").empty());
    CHECK_FALSE(body->flag("b", false));
    body->texts("c");
    body->time("d");
    body->text_map("e");
    body->required_text("f");
    const auto checked = body->checked();
    REQUIRE(checked.has_error());
    CHECK(checked.error().code == errc::invalid_request);
    std::vector<std::string> fields;
    for (const auto& problem : checked.error().details) {
        fields.push_back(problem.field);
    }
    CHECK(fields == std::vector<std::string>{"a", "b", "c", "d", "e.k", "f"});
}

TEST_CASE("absent, null and unknown fields are no problems") {
    auto body = body_fields::parse(R"({"a":null,"unknown":[1,2]})");
    REQUIRE(body.has_value());
    CHECK(body->text("a").empty());
    CHECK(body->flag("b", true));
    CHECK_FALSE(body->time("c"));
    CHECK(body->checked().has_value());
    CHECK(body_fields::parse("").has_value());
}

TEST_CASE("a body that is no JSON object is refused by its own code") {
    CHECK(body_fields::parse("{").error().code == errc::invalid_json);
    CHECK(body_fields::parse("[]").error().code == errc::invalid_request);
    CHECK(body_fields::parse("7").error().code == errc::invalid_request);
    const std::string deep(1'000, '[');
    CHECK(body_fields::parse(deep).error().code == errc::invalid_json);
}
