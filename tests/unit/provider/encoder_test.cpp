#include "unit/provider/encoder_bench.hpp"

using namespace tenon::host;

TEST_CASE("a form is encoded as WHATWG's URL standard says") {
    auto action = post();
    action.form = {{"a b", "1&2=3+4", 0}, {"é", "*-._~/", 0}, {"empty", "", 0}};
    const auto out = bench().encode(action);
    REQUIRE(out);
    CHECK(out->body == "a+b=1%262%3D3%2B4&%C3%A9=*-._%7E%2F&empty=");
    CHECK(header(*out, "Content-Type") == "application/x-www-form-urlencoded");
    CHECK(header(*out, "Accept") == "application/json");
    CHECK(header(*out, "User-Agent").starts_with("tenon/"));
}

TEST_CASE("a query is encoded by RFC 3986, behind the one that the URL has") {
    auto action = get();
    action.query = {{"a b", "1+2~*", 0}};
    CHECK(bench().encode(action)->url == "https://api.example.test/me?a%20b=1%2B2~%2A");
    action.url += "?p=policy";
    CHECK(bench().encode(action)->url == "https://api.example.test/me?p=policy&a%20b=1%2B2~%2A");
    action.query.clear();
    action.url = "https://api.example.test";
    CHECK(bench().encode(action)->url == "https://api.example.test/");
}

TEST_CASE("path parameters are one segment each") {
    auto action = get();
    action.url = "https://api.example.test/v1/{id}/x{n}";
    action.path_params = {{"id", "a/b?c#d", 0}, {"n", "1", 0}};
    CHECK(bench().encode(action)->url == "https://api.example.test/v1/a%2Fb%3Fc%23d/x1");
    for (const auto* value : {"", ".", ".."}) {
        action.path_params[0].value = value;
        check_broken(bench().encode(action));
    }
    action.path_params = {{"id", "a", 0}};
    check_broken(bench().encode(action));
    action.path_params = {{"id", "a", 0}, {"n", "1", 0}, {"unused", "1", 0}};
    check_broken(bench().encode(action));
}

TEST_CASE("JSON fields are texts, or JSON as it is given") {
    auto action = post();
    action.json = {
        {"a\"b", "x\ny", 0},
        {"n", "12345678901234567890", TENON_KV_JSON},
        {"l", "[1, 2]", TENON_KV_JSON}};
    const auto out = bench().encode(action);
    REQUIRE(out);
    CHECK(out->body == R"({"a\"b":"x\ny","n":12345678901234567890,"l":[1, 2]})");
    CHECK(header(*out, "Content-Type") == "application/json");
    action.json = {{"a", "1", 0}, {"a", "2", 0}};
    check_broken(bench().encode(action));
    action.json = {{"a", "{", TENON_KV_JSON}};
    check_broken(bench().encode(action));
    action.json = {{"a", "${client_id}", TENON_KV_JSON | TENON_KV_TEMPLATE}};
    check_broken(bench().encode(action));
}

TEST_CASE("templates are filled in before encoding, and only where they are flagged") {
    auto action = post();
    action.form = {{"t", "${refresh_token}&", TENON_KV_TEMPLATE}, {"raw", "${refresh_token}", 0}};
    CHECK(bench().encode(action)->body == "t=RT%26&raw=%24%7Brefresh_token%7D");
}

TEST_CASE("a request has one kind of body, and a known method") {
    auto action = post();
    action.form = {{"a", "1", 0}};
    action.body = "x";
    check_broken(bench().encode(action));
    action.form.clear();
    CHECK(bench().encode(action)->body == "x");
    for (const auto* method : {"HEAD", "get", "CONNECT", "", "POST "}) {
        action.method = method;
        check_broken(bench().encode(action));
    }
    action.method = "GET";
    check_broken(bench().encode(action));
}

TEST_CASE("the client is authenticated as the descriptor says") {
    bench with;
    auto action = post();
    action.flags = TENON_HTTP_CLIENT_AUTH;
    action.form = {{"grant_type", "x", 0}};
    SECTION("Basic, id and secret form-encoded first (RFC 6749 2.3.1)") {
        with.about.client_auth = client_authentication::basic;
        const auto out = with.encode(action);
        // id+1%3A%C3%A9:se%2Bc%3Aret
        CHECK(header(*out, "Authorization") == "Basic aWQrMSUzQSVDMyVBOTpzZSUyQmMlM0FyZXQ=");
        CHECK(out->body == "grant_type=x");
    }
    SECTION("Basic, raw") {
        with.about.client_auth = client_authentication::basic_raw;
        with.client_id = "id";
        CHECK(header(*with.encode(action), "Authorization") == "Basic aWQ6c2UrYzpyZXQ=");
    }
    SECTION("in the body, under the provider's own name") {
        with.about.client_auth = client_authentication::post;
        with.about.client_id_param = "client_key";
        CHECK(
            with.encode(action)->body ==
            "grant_type=x&client_key=id+1%3A%C3%A9&client_secret=se%2Bc%3Aret"
        );
    }
    SECTION("in a JSON body") {
        with.about.client_auth = client_authentication::post;
        action.json = std::exchange(action.form, {});
        CHECK(
            with.encode(action)->body ==
            R"({"grant_type":"x","client_id":"id 1:é","client_secret":"se+c:ret"})"
        );
    }
    SECTION("a public client has no secret") {
        with.about.client_auth = client_authentication::none;
        CHECK(with.encode(action)->body == "grant_type=x&client_id=id+1%3A%C3%A9");
    }
}

TEST_CASE("client authentication is never doubled, nor sent to an API") {
    bench with;
    with.about.client_auth = client_authentication::post;
    auto action = post();
    action.flags = TENON_HTTP_CLIENT_AUTH;
    action.form = {{"client_secret", "${client_secret}", TENON_KV_TEMPLATE}};
    check_broken(with.encode(action));
    action.form = {{"client_id", "${client_id}", TENON_KV_TEMPLATE}};
    check_broken(with.encode(action));
    action.form.clear();
    action.method = "GET";
    check_broken(with.encode(action));
    with.about.client_auth = client_authentication::basic;
    action.headers = {{"authorization", "Bearer x", 0}};
    check_broken(with.encode(action));
    action.headers.clear();
    action.url = "https://api.example.test/token";
    check_denied(with.encode(action));
}

TEST_CASE("a bearer goes into the header, to APIs and to revocation only") {
    auto action = get();
    action.flags = TENON_HTTP_BEARER;
    CHECK(header(*bench().encode(action), "Authorization") == "Bearer AT");
    bench with;
    with.about.origins[1].roles = TENON_ROLE_TOKEN;
    action.url = "https://token.example.test/x";
    check_denied(with.encode(action));
    check_denied(bench(operation_kind::exchange).encode(get_with_bearer()));
}

TEST_CASE("a plugin sets no header that is not its own") {
    const auto* name = GENERATE(
        "Host", "content-length", "Transfer-Encoding", "Connection", "Cookie", "Accept-Encoding",
        "Proxy-Authorization", "X-Forwarded-For", "Expect", "Upgrade", "", "a b", "a:b", "a\n"
    );
    INFO(name);
    auto action = get();
    action.headers = {{name, "x", 0}};
    check_broken(bench().encode(action));
}

TEST_CASE("a header's value can't end the line") {
    for (const auto* value : {"a\r\nb", "a\nb", "a\rb", " a", "a ", "a\x01"}) {
        auto action = get();
        action.headers = {{"X-A", value, 0}};
        check_broken(bench().encode(action));
    }
    auto action = get();
    action.headers = {{"X-A", "1", 0}, {"x-a", "2", 0}};
    check_broken(bench().encode(action));
    action.headers = {{"User-Agent", "mine", 0}, {"accept", "text/plain", 0}, {"X-Empty", "", 0}};
    const auto out = bench().encode(action);
    CHECK(header(*out, "User-Agent") == "mine");
    CHECK(header(*out, "Accept") == "(none)");
}

TEST_CASE("the browser's origin is not called, an undeclared one is denied") {
    auto action = get();
    action.url = "https://login.example.test/x";
    check_denied(bench().encode(action));
    action.url = "https://evil.test/x";
    check_denied(bench().encode(action));
    action.url = "https://api.example.test/x#f";
    check_denied(bench().encode(action));
}

TEST_CASE("a plugin's limits are taken, up to the host's own") {
    auto action = get();
    CHECK(bench().encode(action)->max_body_bytes == 1024 * 1024);
    action.max_body_bytes = 100;
    action.timeout_ms = 5;
    CHECK(bench().encode(action)->max_body_bytes == 100);
    CHECK(bench().encode(action)->timeout == milliseconds(5));
    action.max_body_bytes = 0xffffffff;
    CHECK(bench().encode(action)->max_body_bytes == 8 * 1024 * 1024);
}

TEST_CASE("an authorization URL that was pushed carries the client id and its request_uri alone") {
    auto action = get();
    action.url = "https://login.example.test/authorize";
    action.query = {{"request_uri", "urn:ietf:params:oauth:request_uri:6e", 0}};
    bench with(operation_kind::authorize);
    CHECK(
        *with.authorize(action) ==
        "https://login.example.test/authorize?client_id=id%201%3A%C3%A9&"
        "request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3A6e"
    );
    action.query.push_back({"state", "another", 0});
    CHECK(with.authorize(action).has_error());
}

TEST_CASE("an authorization URL carries state, redirect URI and client id exactly once") {
    const auto base = [] {
        auto action = get();
        action.url = "https://login.example.test/authorize";
        action.query = {{"state", "st&te", 0}, {"redirect_uri", "https://us.test/cb", 0}};
        return action;
    };
    bench with(operation_kind::authorize);
    CHECK(
        *with.authorize(base()) ==
        "https://login.example.test/"
        "authorize?client_id=id%201%3A%C3%A9&state=st%26te&redirect_uri=https%3A%2F%2Fus.test%2Fcb"
    );
    auto given = base();
    given.query.push_back({"client_id", "${client_id}", TENON_KV_TEMPLATE});
    CHECK(with.authorize(given).has_value());
    const auto spoilt = [&](auto change) {
        auto action = base();
        change(action);
        return with.authorize(action).has_error();
    };
    CHECK(spoilt([](auto& a) { a.query[0].value = "other"; }));
    CHECK(spoilt([](auto& a) { a.query.erase(a.query.begin()); }));
    CHECK(spoilt([](auto& a) { a.query[1].value += "/"; }));
    CHECK(spoilt([](auto& a) { a.query.push_back({"state", "st&te", 0}); }));
    CHECK(spoilt([](auto& a) { a.url += "?st%61te=x"; }));
    CHECK(spoilt([](auto& a) { a.query.push_back({"client_id", "another", 0}); }));
    CHECK(spoilt([](auto& a) { a.query.push_back({"x", "${client_secret}", TENON_KV_TEMPLATE}); }));
    CHECK(spoilt([](auto& a) { a.url = "https://api.example.test/authorize"; }));
    CHECK(spoilt([](auto& a) { a.method = "POST"; }));
    CHECK(spoilt([](auto& a) { a.headers = {{"X-A", "1", 0}}; }));
}
