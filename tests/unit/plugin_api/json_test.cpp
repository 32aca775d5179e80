#include <tenon/sdk/json.hpp>
#include <tenon/sdk/json_object.hpp>

#include <string>
#include <vector>

#include "support/catch.hpp"

using tenon::json_document;

namespace {

auto valid(std::string_view text) -> bool {
    // An exact copy on the heap, so that a read beyond its end is seen by the address sanitizer.
    const std::vector<char> copy(text.begin(), text.end());
    return json_document(std::string_view(copy.data(), copy.size())).valid();
}

auto string_of(const std::string& text) -> std::string {
    return json_document(text).root().text();
}

auto nested(std::size_t depth) -> std::string {
    return std::string(depth, '[') + std::string(depth, ']');
}

}  // namespace

TEST_CASE("JSON of every kind is read") {
    const std::string text =
        R"( {"a":[1,-2.5e+3,true,false,null,"x"],"b":{},"c":[],"d":{"e":{"f":"g"}}} )";
    const json_document document(text);
    REQUIRE(document.valid());
    const tenon::json root = document.root();
    CHECK(root["a"][0].as_int64() == 1);
    CHECK(root["a"][1].raw() == "-2.5e+3");
    CHECK_FALSE(root["a"][1].as_int64().has_value());
    CHECK(root["a"][2].as_bool() == true);
    CHECK(root["a"][3].as_bool() == false);
    CHECK(root["a"][4].is_null());
    CHECK(root["a"][5].text() == "x");
    CHECK(root["a"].items().size() == 6);
    CHECK(root["b"].is_object());
    CHECK(root["b"].items().empty());
    CHECK(root["c"].items().empty());
    CHECK(root["d"]["e"]["f"].text() == "g");
    CHECK(root["d"].items().at(0).name() == "e");
    CHECK(root["d"].raw() == R"({"e":{"f":"g"}})");
}

TEST_CASE("asking for what is not there answers with absence, all the way down") {
    const json_document document("{\"a\":1}");
    const tenon::json absent = document.root()["x"]["y"][3]["z"];
    CHECK_FALSE(absent.exists());
    CHECK(absent.text().empty());
    CHECK(absent.raw().empty());
    CHECK_FALSE(absent.as_int64());
    CHECK_FALSE(absent.as_bool());
    CHECK(absent.items().empty());
    CHECK_FALSE(json_document("rubbish").root().exists());
    CHECK_FALSE(document.root()["a"]["b"].exists());
    CHECK_FALSE(document.root()["a"][0].exists());
}

TEST_CASE("big integers survive digit by digit, as numbers and as texts") {
    const json_document document(
        R"({"n":17841405793187218,"s":"17841405793187218","max":9223372036854775807,"over":9223372036854775808,"huge":123456789012345678901234567890,"f":1.5,"neg":-5})"
    );
    const tenon::json root = document.root();
    CHECK(root.id("n") == "17841405793187218");
    CHECK(root.id("s") == "17841405793187218");
    CHECK(root.num("n") == 17841405793187218);
    CHECK(root.num("s") == 17841405793187218);
    CHECK(root.num("max") == INT64_MAX);
    CHECK_FALSE(root.num("over"));
    CHECK(root.id("huge") == "123456789012345678901234567890");
    CHECK_FALSE(root.num("f"));
    CHECK(root.num("neg") == -5);
    CHECK(root.str("n").empty());
}

TEST_CASE("where a key repeats, the first one counts, also when it is written with escapes") {
    CHECK(json_document(R"({"a":"1","a":"2"})").root().str("a") == "1");
    CHECK(json_document(R"({"\u0061":"1","a":"2"})").root().str("a") == "1");
}

TEST_CASE("escapes are decoded") {
    CHECK(string_of(R"("\"\\\/\b\f\n\r\t")") == "\"\\/\b\f\n\r\t");
    CHECK(string_of(R"("\u00e9\u20ac")") == "\xc3\xa9\xe2\x82\xac");
    CHECK(string_of(R"("\ud83d\ude00")") == "\xf0\x9f\x98\x80");
    CHECK(string_of(R"("\ud83dx")") == "\xef\xbf\xbdx");
    CHECK(string_of(R"("\ude00")") == "\xef\xbf\xbd");
    CHECK(
        string_of(R"("\ud83d\u0041")") ==
        "\xef\xbf\xbd"
        "A"
    );
    CHECK(string_of(R"("\u0000")") == "\xef\xbf\xbd");
}

TEST_CASE("what is not JSON is refused") {
    for (const char* text :
         {"",         " ",          "{",       "}",           "[1,]",       "[,1]",   "{\"a\"}",
          "{\"a\":}", "{\"a\":1,}", "{a:1}",   "[1 2]",       "[1]]",       "01",     "-",
          "1.",       ".5",         "1e",      "+1",          "tru",        "truex",  "nul",
          "\"",       "\"\\\"",     "\"\\x\"", "\"\\u12g4\"", "\"\\u123\"", "\"\n\"", "<html>",
          "{}{}",     "NaN",        "'a'",     "[\"a\":1]",   "{1:2}",      "//x\n1"}) {
        INFO(text);
        CHECK_FALSE(valid(text));
    }
    CHECK_FALSE(valid(std::string_view("\"\0\"", 3)));
    CHECK_FALSE(valid(std::string_view("1\0", 2)));
}

TEST_CASE("bytes that are not UTF-8 are refused") {
    for (const char* bytes :
         {"\"\x80\"", "\"\xc0\xaf\"", "\"\xe2\x82\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"",
          "\"\xf5\x80\x80\x80\"", "\"\xe0\x80\x80\"", "\"\xf0\x80\x80\x80\"", "\"\xff\""}) {
        CHECK_FALSE(valid(bytes));
    }
    CHECK(valid("\"\xf4\x8f\xbf\xbf\xed\x9f\xbf\xee\x80\x80\""));
}

TEST_CASE("nesting is read to a depth of 64 and refused beyond, however deep") {
    CHECK(valid(nested(64)));
    CHECK_FALSE(valid(nested(65)));
    CHECK_FALSE(valid(std::string(100'000, '[')));
    CHECK_FALSE(valid(std::string(100'000, '{')));
}

TEST_CASE("a document cut off anywhere is refused, and never read beyond its end") {
    const std::string whole = R"({"a":["b",1.5e3,{"c":"\u00e9\ud83d\ude00"}],"d":null,"e":true})";
    REQUIRE(valid(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        INFO(size);
        CHECK_FALSE(valid(whole.substr(0, size)));
    }
}

TEST_CASE("an object is written so that it reads back the same") {
    tenon::json_object object;
    CHECK(object.empty());
    CHECK(object.str() == "{}");
    object.text("a\"\n", "q\"\\\x01\xc3\xa9")
        .text("empty", "")
        .number("n", -7)
        .boolean("b", true)
        .raw("r", "[1]")
        .raw("none", "");
    const std::string text = object.str();
    const json_document document(text);
    REQUIRE(document.valid());
    CHECK(document.root().str("a\"\n") == "q\"\\\x01\xc3\xa9");
    CHECK(document.root().num("n") == -7);
    CHECK(document.root().is_true("b"));
    CHECK(document.root()["r"].raw() == "[1]");
    CHECK(document.root().items().size() == 4);
}
