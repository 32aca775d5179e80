#include "provider/origin.hpp"
#include "support/catch.hpp"

using namespace tenon::host;

TEST_CASE("a URL is split into what decides where it leads, and the rest") {
    const auto parts = split("HTTPS://API.Example.Test:443/v1?a=1", url_templates::refused);
    REQUIRE(parts);
    CHECK(parts->origin() == "https://api.example.test");
    CHECK(parts->rest == "/v1?a=1");
    CHECK(
        split("http://127.0.0.1:9001", url_templates::refused)->origin() == "http://127.0.0.1:9001"
    );
    CHECK(split("https://[::1]:8443/", url_templates::refused)->origin() == "https://[::1]:8443");
    CHECK(split("https://a.test?q", url_templates::refused)->rest == "?q");
}

TEST_CASE("a URL that two readers could take for two places is refused") {
    const auto* url = GENERATE(
        "", "https://", "https:///path", "ftp://a.test", "//a.test", "https:/a.test",
        "https://user@a.test", "https://user:pass@a.test", "https://a.test\\@evil.test",
        "https://a.test#@evil.test", "https://a..test", "https://.a.test", "https://a.test.",
        "https://a.test:", "https://a.test:0", "https://a.test:65536", "https://a.test:80x",
        "https://a.test:080", "https://a b.test", "https://a.test/\n", "https://a.test/ x",
        "https://\xc3\xa4.test", "https://a%2etest", "https://*.a.test", "https://{x}.a.test",
        "https://[::1", "https://[::g]", "https://a_b.test", "javascript://a.test",
        "https://a.test/`"
    );
    INFO(url);
    CHECK_FALSE(split(url, url_templates::refused));
}

TEST_CASE("a host that is an address in any form is seen as one") {
    for (const auto* host :
         {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "1.2.3.0x4", "[::1]", "0"}) {
        INFO(host);
        CHECK(is_address(host));
    }
    for (const auto* host : {"a.test", "1.a", "127.0.0.1.example.test", "x0.test"}) {
        INFO(host);
        CHECK_FALSE(is_address(host));
    }
}

TEST_CASE("only loopback addresses are loopback") {
    for (const auto* host : {"127.0.0.1", "127.9.9.9", "[::1]", "localhost"}) {
        INFO(host);
        CHECK(is_loopback(host));
    }
    for (const auto* host :
         {"128.0.0.1", "127.1", "0.0.0.0", "[::2]", "localhost.evil.test", "127.0.0.1.nip.test",
          "::1"}) {
        INFO(host);
        CHECK_FALSE(is_loopback(host));
    }
}

TEST_CASE("a host template is taken apart, and a malformed one refused") {
    const auto host = parse_host_template("a-{x}.b.{y}.test");
    REQUIRE(host);
    CHECK(host->literals == std::vector<std::string>{"a-", ".b.", ".test"});
    CHECK(host->names == std::vector<std::string>{"x", "y"});
    for (const auto* text :
         {"{x", "x}", "{}.test", "{x}{y}.test", "{a b}.test", "{x}.te/st", "{x}:1"}) {
        INFO(text);
        CHECK_FALSE(parse_host_template(text));
    }
}
