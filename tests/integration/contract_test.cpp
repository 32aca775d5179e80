// openapi.json, held against the real binary: api() throws for an answer that is not as it says.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

struct question {
    std::string method;
    std::string path;
    json body = nullptr;
    headers fields = {};
};

auto ask(http_client& client, const question& what) -> http_response {
    http_request request{what.method, what.path, what.fields, {}};
    if (!what.body.is_null()) {
        request.fields.emplace_back("Content-Type", "application/json");
        request.body = what.body.is_string() ? what.body.get<std::string>() : what.body.dump();
    }
    return client.send(request);
}

// What reads, and what is refused, in a host where ann has u1 connected.
auto questions() -> std::vector<question> {
    const json redirect{{"redirectUrl", "http://127.0.0.1:9/after"}};
    const std::string here = "/api/integrations/";
    return {
        {"GET", here + "providers"},
        {"GET", here + "providers?enabled=perhaps"},
        {"GET", here + "status"},
        {"GET", here + "status?userId=bob"},
        {"GET", "/api/v1/integrations/status"},
        {"GET", here + "token/demo/u1?slot=nowhere"},
        {"GET", here + "token/demo/u1?minTtl=-1"},
        {"GET", here + "token/demo/nobody"},
        {"GET", here + "token/nowhere/u1"},
        {"GET", here + "profile/demo/u1"},
        {"GET", here + "profile/demo/u1?fresh=true"},
        {"POST", here + "refresh/demo/u1"},
        {"POST", here + "refresh/demo/nobody"},
        {"POST", here + "refresh/demo/u1", "{}", {{"Content-Encoding", "gzip"}}},
        {"POST", here + "connect/demo", redirect, {{"Idempotency-Key", "once"}}},
        {"POST", here + "connect/demo", json::object(), {{"Idempotency-Key", "once"}}},
        {"POST", here + "connect/demo", json::object()},
        {"POST", here + "connect/demo", "{"},
        {"POST", here + "connect/demo", {{"redirectUrl", "https://evil.example/"}}},
        {"POST", here + "connect/slack", redirect},
        {"POST", here + "connect/spotify", redirect},
        {"POST", here + "import/spotify", {{"accessToken", "nobody's"}}},
        {"POST", here + "connect/nowhere", redirect},
        {"POST", here + "connect/demo"},
        {"POST", here + "confirm", {{"confirmation", "nobody's"}}},
        {"POST", here + "import/demo", {{"connections", json::array()}}},
        {"POST", here + "import/demo", {{"accessToken", "nobody's"}}},
        {"GET", here + "callback/demo?state=nobody&code=1"},
        {"GET", here + "callback/nowhere?state=nobody&code=1"},
        {"POST", here + "callback/demo"},
        {"GET", "/api/connections"},
        {"GET", "/api/connections?limit=0"},
        {"GET", "/api/keys"},
        {"GET", "/api/keys?cursor=nowhere"},
        {"POST", "/api/keys", {{"name", "a"}, {"scopes", {"tokens:read"}}}},
        {"POST", "/api/keys", {{"name", "a"}, {"scopes", {"everything"}}}},
        {"DELETE", "/api/keys/nowhere"},
        {"POST", "/api/organizations", {{"name", "another"}}},
        {"POST", "/api/organizations", {{"name", "another"}, {"id", "default"}}},
        {"POST", "/api/plugins/reload"},
        {"GET", "/api/audit"},
        {"GET", "/api/audit?cursor=nowhere"},
        {"GET", "/health"},
        {"GET", "/health?check=weather"},
        {"GET", "/livez"},
        {"HEAD", "/livez"},
        {"GET", "/readyz"},
        {"GET", "/metrics"},
        {"GET", "/openapi.json"},
        {"GET", "/"},
        {"GET", "/connected?status=error&error=ACCESS_DENIED"},
        {"POST", "/connect"},
        {"GET", "/nowhere"},
        {"PUT", "/api/keys"},
        {"OPTIONS", "/api/keys"},
        {"DELETE", here + "disconnect/nowhere"},
        {"DELETE", here + "disconnect/demo/nobody"},
        {"DELETE", here + "disconnect/demo"}};
}

}  // namespace

TEST_CASE("every route answers, and refuses, as openapi.json says") {
    world here;
    here.connected();
    auto api = here.api();
    for (const auto& one : questions()) {
        INFO(one.method << ' ' << one.path);
        CHECK(ask(api, one).status < 500);
    }
}

TEST_CASE("who has no key, or too small a one, is told so as openapi.json says") {
    world here;
    auto made = here.api("bob").post("/api/keys", {{"name", "pinned"}, {"scopes", {"audit:read"}}});
    REQUIRE(made.status == 201);
    for (const auto& key : {std::string("nobody's"), made.json().at("key").get<std::string>()}) {
        auto api = here.api();
        api.set_common({{"X-API-Key", key}});
        for (const auto& one : questions()) {
            INFO(one.method << ' ' << one.path);
            CHECK(ask(api, one).status < 500);
        }
    }
}

TEST_CASE("too many requests are refused as openapi.json says") {
    world_options options;
    options.connects_per_15_minutes = 1;
    world here(options);
    here.begin();
    const auto refused = here.api().post(
        "/api/integrations/connect/demo", {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
    CHECK(refused.status == 429);
    CHECK(refused.field("retry-after"));
}

}  // namespace tenon::test
