#include "api/call.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

using namespace tenon::host;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

auto acting(
    const std::string& in_header, const std::string& in_query, const std::string& in_body,
    const std::string& pinned = "", user_rule rule = user_rule::required
) -> std::string {
    request from;
    if (!in_header.empty()) {
        from.headers.add("X-Tenon-User", in_header);
    }
    if (!in_query.empty()) {
        from.query.emplace_back("userId", in_query);
    }
    caller who;
    if (!pinned.empty()) {
        who.pinned_user = user_id(pinned);
    }
    const auto user = acting_user(from, who, in_body, rule);
    return user.has_error() ? std::string(code_of(user.error().code)) : user->text();
}

}  // namespace

TEST_CASE("the user is named in any of three places, and they must agree") {
    CHECK(acting("u1", "", "") == "u1");
    CHECK(acting("", "u1", "") == "u1");
    CHECK(acting("", "", "u1") == "u1");
    CHECK(acting("u1", "u1", "u1") == "u1");
    CHECK(acting("u1", "u2", "") == "INVALID_REQUEST");
    CHECK(acting("u1", "", "u2") == "INVALID_REQUEST");
    CHECK(acting("", "u1", "u2") == "INVALID_REQUEST");
    CHECK(acting("", "", "") == "USER_REQUIRED");
    CHECK(acting("", "", "", "", user_rule::optional).empty());
}

TEST_CASE("a pinned key acts for its user only") {
    CHECK(acting("", "", "", "u1") == "u1");
    CHECK(acting("u1", "", "", "u1") == "u1");
    CHECK(acting("u2", "", "", "u1") == "INSUFFICIENT_SCOPE");
    CHECK(acting("", "", "u2", "u1") == "INSUFFICIENT_SCOPE");
    CHECK(acting("", "", "", "u1", user_rule::optional) == "u1");
}

TEST_CASE("a user id that can't be stored or shown is refused") {
    CHECK(acting("", "", std::string(256, 'u')) == "INVALID_REQUEST");
    CHECK(acting("", "", std::string(255, 'u')) == std::string(255, 'u'));
    CHECK(acting("", "", "a\nb") == "INVALID_REQUEST");
}

TEST_CASE("of a user id that is no UTF-8 it is said where it was named") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto refused =
        api.ask("GET", "/api/integrations/status", {.key = key, .user = "ann\xff"});
    CHECK(refused.http.status == 400);
    CHECK(refused.error() == "INVALID_REQUEST");
    REQUIRE(refused.json.contains("details"));
    CHECK(refused.json.at("details").at(0).at("field") == "X-Tenon-User");
    CHECK(refused.json.at("details").at(0).at("message") == "must be UTF-8");
}

TEST_CASE("a route needs a key, its scope and a user, and says which is missing") {
    api_fixture api;
    const std::string status = "/api/integrations/status";
    const auto none = api.ask("GET", status);
    CHECK(none.http.status == 401);
    CHECK(none.error() == "UNAUTHENTICATED");
    CHECK(none.header("WWW-Authenticate") == "Bearer");
    CHECK(none.json.at("requestId") == "request-1");

    const auto narrow = api.make_key(scopes_without(key_scope::connections_read));
    const auto refused = api.ask("GET", status, {.key = narrow, .user = "u1"});
    CHECK(refused.http.status == 403);
    CHECK(refused.error() == "INSUFFICIENT_SCOPE");

    const auto key = api.make_key(only(key_scope::connections_read));
    CHECK(api.ask("GET", status, {.key = key}).error() == "USER_REQUIRED");
    const auto good = api.ask("GET", status, {.key = key, .user = "u1"});
    CHECK(good.http.status == 200);
    CHECK(good.json == nlohmann::json{{"integrations", nlohmann::json::array()}});
}

TEST_CASE("a userId that is no text is refused, wherever a body is taken") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const auto& [method, path] : std::vector<std::pair<std::string, std::string>>{
             {"POST", "/api/integrations/refresh/demo/1"},
             {"DELETE", "/api/integrations/disconnect/demo/1"},
             {"DELETE", "/api/integrations/disconnect/demo"}}) {
        INFO(method << ' ' << path);
        const auto wrong = api.ask(method, path, {.key = key, .body = R"({"userId":42})"});
        CHECK(wrong.http.status == 400);
        CHECK(wrong.error() == "INVALID_REQUEST");
        CHECK(wrong.json.at("details").at(0).at("field") == "userId");
    }
}

TEST_CASE("a parameter that is there twice is refused, wherever a query is taken") {
    api_fixture api;
    const asking with{.key = api.make_key(key_scopes::all()), .user = "u1"};
    for (const std::string query :
         {"integrations/providers?kind=oauth2&kind=api_key", "connections?limit=1&limit=2",
          "connections?status=expired&status=connected", "keys?cursor=&cursor=",
          "audit?action=a&action=b", "integrations/token/demo/1?minTtl=1&minTtl=2",
          "integrations/token/demo/1?slot=bot&slot=user",
          "integrations/profile/demo/1?fresh=true&fresh=false", "users/u1/data?limit=1&limit=1"}) {
        INFO(query);
        const auto refused = api.ask("GET", "/api/" + query, with);
        CHECK(refused.http.status == 400);
        CHECK(refused.error() == "INVALID_REQUEST");
        const auto begin = query.find('?') + 1;
        const auto name = query.substr(begin, query.find('=') - begin);
        CHECK(refused.json.at("details").at(0).at("field") == name);
    }
    CHECK(api.ask("GET", "/health?check=db&check=cache").http.status == 400);
    CHECK(api.ask("GET", "/api/connections?mine=1&mine=2", with).http.status == 200);
}

TEST_CASE("a member of a body that is there twice is refused, however deep") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const auto* body :
         {R"({"redirectUrl":"http://127.0.0.1:9/","confirm":true,"confirm":false})",
          R"({"redirectUrl":"http://127.0.0.1:9/","params":{"a":"1","\u0061":"2"}})"}) {
        const auto refused = api.ask(
            "POST", "/api/integrations/connect/demo", {.key = key, .user = "u1", .body = body}
        );
        INFO(refused.http.body);
        CHECK(refused.http.status == 400);
        CHECK(refused.error() == "INVALID_JSON");
        CHECK(refused.json.at("message").dump().find("is there twice") != std::string::npos);
    }
}

TEST_CASE("a mistyped field of a connect is refused, and one of another kind ignored") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto connect = [&](nlohmann::json body) {
        body["redirectUrl"] = "http://127.0.0.1:9/";
        return api.ask(
            "POST", "/api/integrations/connect/demo",
            {.key = key, .user = "u1", .body = body.dump()}
        );
    };
    for (const auto* slip : {"confrim", "Confirm", "account_id", "scope"}) {
        INFO(slip);
        const auto refused = connect({{slip, true}});
        CHECK(refused.http.status == 400);
        CHECK(refused.json.at("details").at(0).at("field") == slip);
    }
    CHECK(connect({{"newerThanThis", true}}).error() == "UNKNOWN_PROVIDER");
}

TEST_CASE("what a key was asked with is kept by no cache") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const std::string path :
         {"/api/integrations/status?userId=u1", "/api/integrations/providers", "/api/connections",
          "/api/keys", "/api/audit", "/api/integrations/profile/demo/1?userId=u1"}) {
        INFO(path);
        CHECK(api.ask("GET", path, {.key = key}).http.no_store);
        CHECK(api.ask("GET", path).http.no_store);
    }
}

TEST_CASE("version 1 by name is the same as without") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto got = api.ask("GET", "/api/v1/integrations/status?userId=u1", {.key = key});
    CHECK(got.http.status == 200);
}

TEST_CASE("the eleventh connect of a user within the window is 429 with Retry-After") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const asking with{.key = key, .user = "u1", .body = R"({"redirectUrl":"http://127.0.0.1:1/"})"};
    for (int i = 0; i < 10; ++i) {
        REQUIRE(
            api.ask("POST", "/api/integrations/connect/nobody", with).error() == "UNKNOWN_PROVIDER"
        );
    }
    const auto refused = api.ask("POST", "/api/integrations/connect/nobody", with);
    CHECK(refused.http.status == 429);
    CHECK(refused.header("Retry-After") == "900");
    CHECK(refused.json.at("retryAfter") == 900);
    CHECK(refused.json.at("message") == "Too many attempts. Please try again in 15 minutes.");
    asking other = with;
    other.user = "u2";
    CHECK(api.ask("POST", "/api/integrations/connect/nobody", other).http.status == 404);
}

TEST_CASE("a token read of what is not there is 404, whatever path it takes") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const std::string path = "/api/integrations/token/nobody/a%2Fb%7Cc";
    CHECK(api.ask("GET", path, {.key = key, .user = "u1"}).error() == "UNKNOWN_PROVIDER");
    CHECK(api.ask("GET", path, {.key = key}).error() == "USER_REQUIRED");
    CHECK(
        api.ask("GET", path + "?minTtl=x", {.key = key, .user = "u1"}).error() == "INVALID_REQUEST"
    );
    CHECK(api.ask("GET", path, {.key = "nobody", .user = "u1"}).error() == "UNAUTHENTICATED");
    CHECK(api.ask("GET", path, {.key = "nobody", .user = "u1"}).error() == "UNAUTHENTICATED");
    const auto narrow = api.make_key(scopes_without(key_scope::tokens_read));
    CHECK(api.ask("GET", path, {.key = narrow, .user = "u1"}).error() == "INSUFFICIENT_SCOPE");
}

TEST_CASE("an import that is no import at all is refused as a whole") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto import = [&](const std::string& body) {
        return api.ask("POST", "/api/integrations/import/nobody", {.key = key, .body = body});
    };
    const auto single = import(R"({"userId":"u1"})");
    CHECK(single.http.status == 400);
    CHECK(single.json.at("details")[0].at("field") == "accessToken");
    CHECK(import(R"({"userId":"u1","accessToken":"t"})").error() == "UNKNOWN_PROVIDER");
    CHECK(import(R"({"connections":[{"userId":"u1"}]})").error() == "UNKNOWN_PROVIDER");
    CHECK(import(R"({"connections":"x"})").error() == "INVALID_REQUEST");
}

TEST_CASE("each route counts against its limit, and tells when to ask again") {
    const rate one{1, milliseconds{60'000}};
    api_fixture api({.mutations = one, .reads = one, .callbacks = one});
    const auto check = [&api](const std::string& method, const std::string& path) {
        INFO(method << ' ' << path);
        const asking with{.key = api.make_key(key_scopes::all()), .user = "u1"};
        CHECK(api.ask(method, path, with).http.status != 429);
        const auto refused = api.ask(method, path, with);
        CHECK(refused.http.status == 429);
        CHECK(refused.error() == "RATE_LIMITED");
        CHECK(refused.header("Retry-After") == "60");
    };
    for (const auto* read :
         {"/api/integrations/providers", "/api/integrations/status",
          "/api/integrations/token/nobody/1", "/api/integrations/profile/nobody/1",
          "/api/connections", "/api/keys", "/api/audit"}) {
        check("GET", read);
    }
    for (const auto* mutation :
         {"/api/integrations/connect/nobody", "/api/integrations/confirm",
          "/api/integrations/refresh/nobody/1", "/api/integrations/import/nobody", "/api/keys",
          "/api/organizations", "/api/plugins/reload"}) {
        check("POST", mutation);
    }
    for (const auto* ended :
         {"/api/integrations/disconnect/nobody/1", "/api/integrations/disconnect/nobody",
          "/api/keys/1"}) {
        check("DELETE", ended);
    }
}

TEST_CASE("callbacks count against their address, on all routes that a browser comes by") {
    const auto [method, path] = GENERATE(table<std::string, std::string>(
        {{"GET", "/api/integrations/callback/nobody?state=s"},
         {"POST", "/api/integrations/callback/nobody"},
         {"POST", "/connect"}}
    ));
    CAPTURE(method, path);
    api_fixture api({.callbacks = {1, milliseconds{60'000}}});
    CHECK(api.ask(method, path).http.status != 429);
    const auto refused = api.ask(method, path);
    CHECK(refused.http.status == 429);
    CHECK(refused.header("Retry-After") == "60");
}
