#include "http/target.hpp"

#include "support/catch.hpp"

using tenon::host::parameter_list;
using tenon::host::parse_parameters;
using tenon::host::parse_target;
using tenon::host::percent_decode;
using tenon::host::plus_sign;
using tenon::host::request;

TEST_CASE("what is no UTF-8 is refused in a path and in a parameter") {
    for (const auto* wrong :
         {"/a%ff", "/?code=a%ff", "/?%c0%80=x", "/a/%ed%a0%80", "/a\xff", "/\xc3", "/?a=\xff"}) {
        INFO(wrong);
        tenon::host::request asked;
        CHECK_FALSE(parse_target(wrong, asked).has_value());
    }
    parameter_list form;
    CHECK_FALSE(parse_parameters({"a=b\0c", 5}, form).has_value());
    tenon::host::request asked;
    REQUIRE(parse_target("/%C3%A4?%e2%82%ac=%f0%9f%98%80", asked).has_value());
}

TEST_CASE("percent escapes are decoded, broken ones refused") {
    CHECK(percent_decode("a%2fb%2Fc+d", plus_sign::literal) == "a/b/c+d");
    CHECK(percent_decode("a+b", plus_sign::space) == "a b");
    for (const auto* broken : {"%", "%4", "%zz", "a%", "%%41", "%00"}) {
        INFO(broken);
        CHECK_FALSE(percent_decode(broken, plus_sign::literal));
    }
}

TEST_CASE("a form's parameters keep their order and duplicates") {
    parameter_list found;
    REQUIRE(parse_parameters("a=1&b=&&c&a=2%263&=x", found).has_value());
    const parameter_list expected = {{"a", "1"}, {"b", ""}, {"c", ""}, {"a", "2&3"}, {"", "x"}};
    CHECK(found == expected);
    CHECK(tenon::host::find_parameter(found, "a") == "1");
    CHECK_FALSE(tenon::host::find_parameter(found, "A"));
}

TEST_CASE("more parameters than anybody needs are refused") {
    std::string many;
    for (int i = 0; i < 257; ++i) {
        many += "a&";
    }
    parameter_list found;
    CHECK_FALSE(parse_parameters(many, found).has_value());
    found.clear();
    CHECK(parse_parameters(many.substr(2), found).has_value());
}

TEST_CASE("a target is origin form, absolute form, or an asterisk for OPTIONS") {
    request plain;
    REQUIRE(parse_target("/a//b%20c/?x=1", plain).has_value());
    CHECK(plain.segments == std::vector<std::string>{"a", "", "b c", ""});
    CHECK(plain.query_value("x") == "1");

    request absolute;
    REQUIRE(parse_target("HTTP://host:80/a?b", absolute).has_value());
    CHECK(absolute.segments == std::vector<std::string>{"a"});
    request bare;
    REQUIRE(parse_target("http://host", bare).has_value());
    CHECK(bare.segments == std::vector<std::string>{""});
    request queried;
    REQUIRE(parse_target("http://host?a=b", queried).has_value());
    CHECK(queried.query_value("a") == "b");

    request asterisk;
    asterisk.method = "OPTIONS";
    CHECK(parse_target("*", asterisk).has_value());
    for (const auto* wrong :
         {"*", "host:443", "http:///a", "a/b", "/a b", "/a\\b", "/a#b", "/\x7f"}) {
        INFO(wrong);
        request refused;
        refused.method = "GET";
        CHECK_FALSE(parse_target(wrong, refused).has_value());
    }
}
