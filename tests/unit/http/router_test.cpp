#include "http/router.hpp"

#include "http/target.hpp"
#include "support/catch.hpp"

using tenon::host::request;
using tenon::host::route;
using tenon::host::router;

namespace {

auto planted(std::initializer_list<std::pair<const char*, const char*>> patterns) -> router {
    std::vector<route> routes;
    for (const auto& [method, pattern] : patterns) {
        route made;
        made.method = method;
        made.pattern = pattern;
        made.fast = [](const request&, tenon::host::response&) { return true; };
        routes.push_back(std::move(made));
    }
    return router(std::move(routes));
}

auto asked(const char* method, const char* target) -> request {
    request made;
    made.method = method;
    REQUIRE(tenon::host::parse_target(target, made).has_value());
    return made;
}

}  // namespace

TEST_CASE("a route is found by method and path, its parameters by name") {
    const auto routes = planted({
        {"GET", "/api/integrations/token/:provider/:accountId"},
        {"GET", "/api/integrations/providers"},
        {"DELETE", "/api/integrations/disconnect/:provider"},
        {"DELETE", "/api/integrations/disconnect/:provider/:accountId"},
        {"GET", "/"},
    });
    auto token = asked("GET", "/api/integrations/token/slack/T1%2FU2%7C3:4");
    const auto found = routes.find(token);
    REQUIRE(found.how == router::outcome::found);
    CHECK(found.found->pattern == "/api/integrations/token/:provider/:accountId");
    CHECK(token.route == found.found->pattern);
    CHECK(token.param("provider") == "slack");
    CHECK(token.param("accountId") == "T1/U2|3:4");
    CHECK(token.param("nothing").empty());

    auto all = asked("DELETE", "/api/integrations/disconnect/slack");
    CHECK(routes.find(all).found->pattern == "/api/integrations/disconnect/:provider");
    auto root = asked("GET", "/");
    CHECK(routes.find(root).how == router::outcome::found);
}

TEST_CASE("/api/v1 is /api") {
    const auto routes = planted({{"GET", "/api/keys/:id"}, {"GET", "/v1/x"}});
    auto versioned = asked("GET", "/api/v1/keys/k");
    REQUIRE(routes.find(versioned).how == router::outcome::found);
    CHECK(versioned.param("id") == "k");
    auto elsewhere = asked("GET", "/v1/x");
    CHECK(routes.find(elsewhere).how == router::outcome::found);
    auto twice = asked("GET", "/api/v1/v1/keys/k");
    CHECK(routes.find(twice).how == router::outcome::no_such_path);
    auto other = asked("GET", "/api/v2/keys/k");
    CHECK(routes.find(other).how == router::outcome::no_such_path);
}

TEST_CASE("a literal wins over a parameter, which is tried when the literal leads nowhere") {
    const auto routes =
        planted({{"GET", "/a/b/c"}, {"GET", "/a/:x/d"}, {"GET", "/:x/:y/:z"}, {"GET", "/a/b"}});
    auto literal = asked("GET", "/a/b/c");
    CHECK(routes.find(literal).found->pattern == "/a/b/c");
    auto back = asked("GET", "/a/b/d");
    CHECK(routes.find(back).found->pattern == "/a/:x/d");
    CHECK(back.param("x") == "b");
    auto further = asked("GET", "/a/b/e");
    CHECK(routes.find(further).found->pattern == "/:x/:y/:z");
    CHECK(further.param("x") == "a");
    CHECK(further.param("z") == "e");
}

TEST_CASE("a path without the method says which there are") {
    const auto routes = planted({{"GET", "/api/keys"}, {"POST", "/api/keys"}});
    auto wrong = asked("PATCH", "/api/keys");
    const auto found = routes.find(wrong);
    CHECK(found.how == router::outcome::no_such_method);
    CHECK(found.allow == "GET, HEAD, POST, OPTIONS");
    auto head = asked("HEAD", "/api/keys");
    CHECK(routes.find(head).how == router::outcome::found);
    auto lower = asked("get", "/api/keys");
    CHECK(routes.find(lower).how == router::outcome::no_such_method);
}

TEST_CASE("an empty segment is no parameter, and an escaped slash no separator") {
    const auto routes = planted({{"GET", "/a/:x"}, {"GET", "/a/b/c"}});
    auto empty = asked("GET", "/a/");
    CHECK(routes.find(empty).how == router::outcome::no_such_path);
    auto escaped = asked("GET", "/a/b%2Fc");
    CHECK(routes.find(escaped).found->pattern == "/a/:x");
    auto doubled = asked("GET", "//a/b");
    CHECK(routes.find(doubled).how == router::outcome::no_such_path);
}

TEST_CASE("a table with a mistake in it is refused at the start") {
    CHECK_THROWS_WITH(
        planted({{"GET", "/a/:x"}, {"GET", "/a/:y"}}), "route GET /a/:y: it is there twice"
    );
    CHECK_THROWS_AS(planted({{"GET", "a"}}), std::invalid_argument);
    route idle;
    idle.method = "GET";
    idle.pattern = "/";
    CHECK_THROWS_WITH(router({idle}), "route GET /: it has no handler");
}
