#include "http/edge_policy.hpp"

#include "support/catch.hpp"
#include "unit/http/fixture.hpp"

using Catch::Matchers::Contains;
using tenon::host::edge_policy;
using tenon::host::request;
using tenon::host::response;

namespace {

auto from(const char* origin) -> request {
    request made;
    made.headers.add("Origin", origin);
    return made;
}

}  // namespace

TEST_CASE("only configured origins are allowed, compared exactly") {
    const edge_policy policy(true, true, {"https://app.example", "http://localhost:3000"});
    CHECK(policy.allowed_origin(from("https://app.example")) == "https://app.example");
    for (const auto* other :
         {"https://app.example.evil.example", "http://app.example", "null", "",
          "https://APP.example", "https://app.example:443"}) {
        INFO(other);
        CHECK(policy.allowed_origin(from(other)).empty());
    }
}

TEST_CASE("what is no origin is refused at the start") {
    for (const auto* wrong :
         {"*", "https://*.example", "app.example", "https://app.example/", ""}) {
        INFO(wrong);
        CHECK_THROWS_AS(edge_policy(true, true, {wrong}), std::invalid_argument);
    }
}

TEST_CASE("a page's own policy stays, HSTS is for https only, and all of it can be switched off") {
    const edge_policy on(true, true, {});
    response page;
    page.set_header("content-security-policy", "default-src 'self'");
    page.set_header("referrer-policy", "same-origin");
    std::string plain;
    on.write(plain, page, false, {});
    CHECK_THAT(plain, !Contains("Content-Security-Policy") && !Contains("Strict-Transport"));
    CHECK_THAT(plain, !Contains("Referrer-Policy"));
    std::string secure;
    on.write(secure, {}, true, {});
    CHECK_THAT(secure, Contains("default-src 'none'") && Contains("Strict-Transport-Security"));
    CHECK_THAT(secure, Contains("X-Frame-Options: DENY") && Contains("no-referrer"));
    std::string off;
    edge_policy(false, true, {}).write(off, {}, true, {});
    CHECK(off.empty());
}

TEST_CASE("a preflight is answered for a known origin, without a handler") {
    tenon::host::server_options options;
    options.cors_origins = {"https://app.example"};
    tenon::test::talk with(options);
    const std::string rest = "\r\nAccess-Control-Request-Method: POST\r\n\r\n";
    const auto known =
        with.say("OPTIONS /api/json HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example" + rest);
    CHECK(tenon::test::status_of(known) == 204);
    CHECK_THAT(known, Contains("\r\nAccess-Control-Allow-Origin: https://app.example\r\n"));
    CHECK_THAT(known, Contains("\r\nAccess-Control-Allow-Methods: POST, OPTIONS\r\n"));
    CHECK_THAT(known, Contains("\r\nVary: Origin\r\n"));
    CHECK_THAT(known, !Contains("Content-Length") && !Contains("Allow-Credentials"));
    const auto unknown =
        with.say("OPTIONS /api/json HTTP/1.1\r\nHost: h\r\nOrigin: https://evil.example" + rest);
    CHECK_THAT(unknown, !Contains("Access-Control"));
    const auto answer =
        with.say("GET /api/hello HTTP/1.1\r\nHost: h\r\nOrigin: https://app.example\r\n\r\n");
    CHECK_THAT(answer, Contains("\r\nAccess-Control-Allow-Origin: https://app.example\r\n"));
    CHECK(tenon::test::status_of(with.say("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n")) == 204);
    CHECK(tenon::test::status_of(with.say("OPTIONS /nowhere HTTP/1.1\r\nHost: h\r\n\r\n")) == 404);
}
