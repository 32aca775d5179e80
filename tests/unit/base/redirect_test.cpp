#include "base/redirect.hpp"

#include "base/loopback.hpp"
#include "support/catch.hpp"

using namespace tenon::host;

namespace {

const std::vector<std::string> targets = {
    "http://127.0.0.1:*", "https://app.example", "https://shop.example:8443/after/login",
    "com.example.app://done"};

auto allowed(std::string_view url) -> bool {
    return redirect_allowed(targets, url);
}

}  // namespace

TEST_CASE("a redirect to a configured target is allowed") {
    for (const char* const url :
         {"https://app.example", "https://app.example/", "https://app.example/a/b?x=1&y=%2F",
          "https://app.example:443/", "HTTPS://App.Example/", "https://app.example?q",
          "https://app.example/?next=https://evil.example", "https://app.example/@evil.example",
          "http://127.0.0.1", "http://127.0.0.1:1/", "http://127.0.0.1:65535/x",
          "https://shop.example:8443/after/login", "https://shop.example:8443/after/login/",
          "https://shop.example:8443/after/login/now", "https://shop.example:8443/%61fter/login",
          "com.example.app://done", "com.example.app://done/x?y=1"}) {
        CAPTURE(url);
        CHECK(allowed(url));
    }
}

TEST_CASE("a redirect to another scheme, host, port or path is refused") {
    for (const char* const url :
         {"http://app.example/",
          "https://app.example:444/",
          "https://app.example:80/",
          "https://www.app.example/",
          "https://example/",
          "https://app.example.evil.example/",
          "https://app.example.",
          "https://app-example/",
          "https://127.0.0.1/",
          "http://127.0.0.2/",
          "http://localhost/",
          "http://[::1]/",
          "http://127.1/",
          "http://2130706433/",
          "http://0x7f.0.0.1/",
          "http://127.0.0.01/",
          "https://shop.example/after/login",
          "https://shop.example:8443/",
          "https://shop.example:8443/after",
          "https://shop.example:8443/after/loginx",
          "https://shop.example:8443/After/login",
          "https://shop.example:8443/x/after/login",
          "com.example.app://other",
          "com.example.apps://done",
          "https:",
          "app.example",
          "//app.example/",
          "/after",
          "",
          "?"}) {
        CAPTURE(url);
        CHECK_FALSE(allowed(url));
    }
}

TEST_CASE("a URL that is read in two ways is refused") {
    for (const char* const url :
         {"http://127.0.0.1:80@evil.example/",
          "https://app.example@evil.example/",
          "https://user@app.example/",
          "https://user:pw@app.example/",
          "https://@app.example/",
          "https://:@app.example/",
          "https://app.example:443@evil.example",
          "https://evil.example#@app.example/",
          "https://evil.example?@app.example/",
          "https://app.example/#",
          "https://app.example/#x",
          "https://app.example\\@evil.example/",
          "https:\\\\app.example/",
          "https://app.example\\.evil.example/",
          "https://evil.example\\.app.example/",
          "https:/app.example/",
          "https:app.example/",
          "https:///app.example/",
          "https:////app.example",
          "https://app.example/..",
          "https://app.example/a/../b",
          "https://app.example/%2e%2e/b",
          "https://app.example/.%2E/b",
          "https://app.example/./b",
          "https://app.example//evil.example",
          "https://app.example/a//b",
          "https://app.example/%2f%2fevil.example",
          "https://app.example/a%2Fb",
          "https://app.example/a%5cb",
          "https://app.example/%00",
          "https://app.example/%0d%0aX:y",
          "https://app.example/%7f",
          "https://app%2eexample/",
          "https://app.example%00.evil.example/",
          "https://app.example%2f@evil.example",
          "https://app.exam\tple/",
          "https://app.example/\n",
          " https://app.example/",
          "https://app.example/ ",
          "https://app.example/\r\nSet-Cookie: a=b",
          "https://app.example:/..",
          "https://app.example:0/",
          "https://app.example:65536/",
          "https://app.example:4430000443/",
          "https://app.example:-1/",
          "https://app.example:+443/",
          "https://app.example:443:443/",
          "https://app.example:*/",
          "http://127.0.0.1:*/",
          "https://[app.example]/",
          "https://*.example/",
          "https://app.example/%",
          "https://app.example/%zz",
          "https://\xc3\xa4pp.example/",
          "https://app.example/\xc3\xa4",
          "https://app\343\200\202example/",
          "https://app.example/<script>",
          "javascript://app.example/%0aalert(1)",
          "data:text/html,x",
          "javascript:alert(1)",
          "http://127.0.0.1:80:80/",
          "http://127.0.0.1%3a80@evil.example/",
          "http://[::1%25lo]/",
          "http://[v1.x]/"}) {
        CAPTURE(url);
        CHECK_FALSE(allowed(url));
    }
    CHECK_FALSE(allowed(std::string_view("https://app.example/\0", 21)));
    CHECK_FALSE(allowed(std::string_view("https://app.example\0.evil.example/", 34)));
    CHECK_FALSE(allowed("https://app.example/" + std::string(2048, 'a')));
    CHECK(allowed("https://app.example/" + std::string(2000, 'a')));
}

TEST_CASE("nothing is allowed where no target is configured, or only wrong ones") {
    CHECK_FALSE(redirect_allowed({}, "https://app.example/"));
    CHECK_FALSE(
        redirect_allowed({"", "*", "https://*", "https://", "app.example"}, "https://app.example/")
    );
    CHECK_FALSE(redirect_allowed({"javascript://app.example"}, "javascript://app.example/"));
    CHECK_FALSE(redirect_allowed({"https://app.example:*"}, "https://app.example:444/"));
}

TEST_CASE("a target without a port wildcard means its one port") {
    CHECK(redirect_allowed({"http://localhost:3000"}, "http://localhost:3000/x"));
    CHECK(redirect_allowed({"http://localhost:03000/"}, "http://LOCALHOST:3000"));
    CHECK_FALSE(redirect_allowed({"http://localhost:3000"}, "http://localhost:3001/x"));
    CHECK_FALSE(redirect_allowed({"http://localhost"}, "http://localhost:3000/"));
    CHECK(redirect_allowed({"http://[::1]:*/cb"}, "http://[::1]:5/cb/x"));
    CHECK_FALSE(redirect_allowed({"http://[::1]:*/cb"}, "http://[::1]:5/c"));
}

TEST_CASE("a wrong target is named with what it should be") {
    for (const char* const target :
         {"http://127.0.0.1:*", "http://localhost:*/after", "http://[::1]:*", "https://app.example",
          "https://app.example:8443/a/b/", "com.example.app://done", "http://intranet"}) {
        CAPTURE(target);
        CHECK_FALSE(check_redirect_target(target));
    }
    CHECK_THAT(
        check_redirect_target("https://app.example:*").value(), Catch::Contains("loopback only")
    );
    for (const char* const target :
         {"", "*", "app.example", "https://", "https://u@app.example", "https://app.example/#x",
          "https://app.example/?x=1", "https://*.app.example", "https://app.example/a/../b",
          "http://127.0.0.1:*:*", "javascript://x", "myapp:done"}) {
        CAPTURE(target);
        CHECK(check_redirect_target(target));
    }
}

TEST_CASE("loopback is this machine by name or address, and nothing that only looks like it") {
    for (const char* const host :
         {"localhost", "LocalHost", "127.0.0.1", "127.8.9.1", "::1", "[::1]"}) {
        CAPTURE(host);
        CHECK(is_loopback_host(host));
    }
    for (const char* const host :
         {"", "localhost.", "localhost.evil.example", "127.0.0.1.evil.example", "127.1",
          "128.0.0.1", "0.0.0.0", "::", "[::2]", "::ffff:127.0.0.1", "app.localhost"}) {
        CAPTURE(host);
        CHECK_FALSE(is_loopback_host(host));
    }
    CHECK(is_https_or_loopback("https://id.example/x"));
    CHECK(is_https_or_loopback("http://127.0.0.1:9001"));
    for (const char* const url :
         {"http://id.example", "https://", "https://u@id.example", "ftp://localhost", "id.example",
          "http://127.0.0.1@evil.example", "http://127.0.0.1.evil.example"}) {
        CAPTURE(url);
        CHECK_FALSE(is_https_or_loopback(url));
    }
}
