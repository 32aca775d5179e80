#include "api/flow_cookie.hpp"
#include "api/page.hpp"
#include "crypto/hash.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"

using namespace tenon::host;
using namespace tenon::test;

namespace {

auto posted(const std::string& body, std::vector<std::pair<std::string, std::string>> headers)
    -> asking {
    asking with;
    with.body = body;
    with.headers = std::move(headers);
    return with;
}

}  // namespace

TEST_CASE("the front page is plain: one style sheet, admitted by its hash, and no script") {
    api_fixture api;
    const auto page = api.ask("GET", "/");
    CHECK(page.http.status == 200);
    CHECK(page.http.content_type == "text/html; charset=utf-8");
    const auto& body = page.http.body;
    CHECK(body.find("<script") == std::string::npos);
    const auto begin = body.find("<style>") + 7;
    const auto style = body.substr(begin, body.find("</style>") - begin);
    const auto policy = page.header("Content-Security-Policy");
    CHECK(policy.find("default-src 'none'") == 0);
    CHECK(policy.find("'sha256-" + to_base64(sha256(style)) + "'") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
}

TEST_CASE("what comes from outside is escaped on every page") {
    CHECK(
        escape_html("<a href=\"x\" title='y'>&") ==
        "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;"
    );
    api_fixture api;
    const auto page = api.ask(
        "GET",
        "/connected?status=connected&provider=%3Cb%3E&accountId=%22%3E%3Cscript%3E&connectionId=1"
    );
    CHECK(page.http.body.find("<b>") == std::string::npos);
    CHECK(page.http.body.find("<script") == std::string::npos);
    CHECK(page.http.body.find("&lt;b&gt;") != std::string::npos);
}

TEST_CASE("the result page tells a failure in words of ours, not in those of the address") {
    api_fixture api;
    const auto page = api.ask(
        "GET", "/connected?status=error&error=ACCESS_DENIED&message=Call+this+number&provider=demo"
    );
    CHECK(
        page.http.body.find("Connection cancelled. You can try again anytime.") != std::string::npos
    );
    CHECK(page.http.body.find("Call this number") == std::string::npos);
}

TEST_CASE("another site's form can't begin a flow in this browser") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto body = "key=" + key + "&user=u1&provider=nobody";
    using headers = std::vector<std::pair<std::string, std::string>>;
    const auto status = [&](const headers& with) {
        return api.ask("POST", "/connect", posted(body, with)).http.status;
    };
    CHECK(status({{"Sec-Fetch-Site", "cross-site"}}) == 400);
    CHECK(status({{"Sec-Fetch-Site", "same-site"}}) == 400);
    CHECK(status({{"Origin", "https://evil.example"}, {"Host", "127.0.0.1:8080"}}) == 400);
    CHECK(status({{"Origin", "null"}, {"Host", "127.0.0.1:8080"}}) == 400);
    CHECK(status({{"Sec-Fetch-Site", "same-origin"}, {"Origin", "null"}}) == 404);
    CHECK(status({{"Origin", "http://127.0.0.1:8080"}, {"Host", "127.0.0.1:8080"}}) == 404);
    CHECK(status({}) == 404);
}

TEST_CASE("the page's form needs a key of the right scope and a user") {
    api_fixture api;
    const auto narrow = api.make_key(scopes_without(key_scope::connections_write));
    const auto good = api.make_key(key_scopes::all());
    const auto status = [&](const std::string& body) {
        return api.ask("POST", "/connect", posted(body, {})).http.status;
    };
    CHECK(status("key=wrong&user=u1&provider=nobody") == 401);
    CHECK(status("key=" + narrow + "&user=u1&provider=nobody") == 403);
    CHECK(status("key=" + good + "&provider=nobody") == 400);
    CHECK(status("key=" + good + "&user=u1&provider=nobody") == 404);
}

TEST_CASE("the cookie that binds a flow has the host prefix, but for plain http") {
    const auto* const https = "https://tenon.example";
    const auto* const http = "http://127.0.0.1:8080";
    request from;  // a proxy's connection is plain whatever the browser's is
    CHECK(
        make_flow_cookie(https, "v") ==
        "__Host-tenon-flow=v; Path=/; Max-Age=600; HttpOnly; SameSite=Lax; Secure"
    );
    from.headers.add("Cookie", "a=b; __Host-tenon-flow=v; tenon-flow=w");
    CHECK(flow_cookie_of(https, from) == "v");
    CHECK(
        make_flow_cookie(http, "v") == "tenon-flow=v; Path=/; Max-Age=600; HttpOnly; SameSite=Lax"
    );
    CHECK(flow_cookie_of(http, from) == "w");
}

TEST_CASE("flows in two tabs of a browser share its cookie, and a forged one is replaced") {
    api_fixture api;
    const auto* const url = "https://tenon.example";
    request first;
    const auto binding = flow_binding(url, first, api.random);
    CHECK(binding.size() == 43);
    request second;
    second.headers.add("Cookie", "__Host-tenon-flow=" + binding);
    CHECK(flow_binding(url, second, api.random) == binding);
    request forged;
    forged.headers.add("Cookie", "__Host-tenon-flow=short");
    CHECK(flow_binding(url, forged, api.random).size() == 43);
}
