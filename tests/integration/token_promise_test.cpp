// One refresh, however many ask; none lost, however it ends.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <set>
#include <thread>

namespace tenon::test {
namespace {

using nlohmann::json;

constexpr std::size_t crowd = 200;

// A provider with single-use refresh tokens, whose access tokens live four seconds, and that takes
// two to refresh.
auto slow_rotating(engine stored_in) -> world_options {
    world_options options;
    options.stored_in = stored_in;
    options.settings = json{{"rotation", true}, {"access_lifetime_s", 4}};
    options.provider_config = "    refresh: {rotates: true}\n";
    return options;
}

void slow_down(world& here) {
    sim::fault slow;
    slow.path = "/token";
    slow.kind = sim::fault_kind::delay;
    slow.delay_ms = 2'000;
    here.provider().inject(slow);
}

// What a crowd is answered that reads at once.
auto read_by_all(world& here, const std::string& path) -> std::vector<http_response> {
    const headers who{{"X-API-Key", operator_key}, {"X-Tenon-User", "ann"}};
    return send_at_once(here.host().url(), {"GET", path, who, {}}, crowd);
}

// After this the token that was issued at connect is dead, and the next one lives an hour.
void let_expire(world& here) {
    REQUIRE(here.provider().configure(json{{"access_lifetime_s", 3600}}).empty());
    std::this_thread::sleep_for(std::chrono::milliseconds(4'200)
    );  // the host's clock is the real one here
}

}  // namespace

TEST_CASE("two hundred readers of an expired token get one refresh and two hundred right answers") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(slow_rotating(stored_in));
    const auto id = here.connected();
    slow_down(here);
    let_expire(here);
    std::set<std::string> tokens;
    for (const auto& answer : read_by_all(here, here.token_path(id))) {
        REQUIRE(answer.status == 200);
        tokens.insert(answer.json().at("accessToken"));
    }
    CHECK(tokens.size() == 1);
    CHECK(here.provider().count().refreshes == 1);
    CHECK(here.provider().count().refresh_reuses == 0);
}

TEST_CASE("half of the readers hanging up neither ends nor doubles the refresh") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(slow_rotating(stored_in));
    const auto id = here.connected();
    slow_down(here);
    let_expire(here);
    std::atomic<int> right{0};
    at_once(crowd, [&](std::size_t i) {
        if (i % 2 == 0) {
            raw_connection hasty("127.0.0.1", here.host().port());
            hasty.send(
                "GET " + here.token_path(id) +
                " HTTP/1.1\r\nHost: x\r\nX-Tenon-User: ann\r\nX-API-Key: " + operator_key +
                "\r\n\r\n"
            );
            hasty.reset();
            return;
        }
        right += here.api().get(here.token_path(id)).status == 200 ? 1 : 0;
    });
    CHECK(right == crowd / 2);
    CHECK(here.provider().count().refreshes == 1);
    CHECK(here.provider().count().refresh_reuses == 0);
}

TEST_CASE("a token that the caller has already is not sent again; another one is") {
    world here;
    const auto id = here.connected();
    auto api = here.api();
    http_request read;
    read.path = "/api/integrations/token/" + here.name() + "/u1";
    const auto first = api.send(read);
    const auto tag = first.field("etag").value();
    CHECK(tag == '"' + std::to_string(first.json().at("generation").get<std::int64_t>()) + '"');
    read.fields = {{"If-None-Match", tag}};
    const auto unchanged = api.send(read);
    CHECK(unchanged.status == 304);
    CHECK(unchanged.body.empty());
    CHECK(unchanged.field("etag") == tag);

    SECTION("a refreshed one") {
        const auto path = "/api/integrations/refresh/" + here.name() + "/u1";
        CHECK(api.post(path, json::object()).status == 200);
    }
    SECTION("one of a connection that was ended and made again") {
        CHECK(api.del("/api/integrations/disconnect/" + here.name() + "/u1").status == 200);
        here.connected();
    }
    const auto changed = api.send(read);
    CHECK(changed.status == 200);
    CHECK(changed.json().at("accessToken") != first.json().at("accessToken"));
}

TEST_CASE("a minimum beyond the token's life makes no storm, however many ask for it at once") {
    world here;
    const auto id = here.connected();
    const auto storm = [&] {
        for (const auto& answer : read_by_all(here, here.token_path(id) + "?minTtl=86400")) {
            REQUIRE(answer.status == 200);
        }
        return here.provider().count().refreshes;
    };
    CHECK(storm() == 0);
    here.age_grants(std::chrono::minutes(20));  // of an hour: no longer young
    here.provider().inject({"/token", sim::fault_kind::delay, 1, 500});
    CHECK(storm() == 1);
    CHECK(storm() == 1);
}

TEST_CASE("who needs more life than a token has left gets another, once it is no longer young") {
    world here;
    const auto id = here.connected();
    here.age_grants(std::chrono::minutes(20));  // of an hour
    const auto generation = [&](const std::string& query) -> std::int64_t {
        return here.api().get(here.token_path(id) + query).json().at("generation");
    };
    const auto first = generation("");
    CHECK(generation("?minTtl=2000") == first);
    CHECK(generation("?minTtl=3000") == first + 1);
    CHECK(generation("?minTtl=3000") == first + 1);
    CHECK(here.provider().count().refreshes == 1);
}

TEST_CASE("reads of a token that is in memory are limited like others") {
    world_options options;
    options.reads_per_second = 1;
    world here(options);
    const auto id = here.connected();
    auto api = here.api();
    CHECK(api.get(here.token_path(id)).status == 200);
    int refused = 0;
    for (int i = 0; i < 20; ++i) {
        const auto answer = api.get(here.token_path(id));
        refused += answer.status == 429 && answer.field("retry-after") == "1" ? 1 : 0;
    }
    CHECK(refused > 0);
}

TEST_CASE("a revoked grant is told once, and the user must reconnect") {
    world here(slow_rotating(engine::sqlite));
    const auto id = here.connected();
    here.provider().reset();  // the provider has forgotten everything
    let_expire(here);
    auto api = here.api();
    const auto answer = api.get(here.token_path(id));
    INFO(answer.body);
    CHECK(answer.status == 409);
    CHECK(answer.json().at("error") == "RECONNECT_REQUIRED");
    const auto status = api.get("/api/integrations/status").json().at("integrations").at(0);
    CHECK(status.at("status") == "expired");
    CHECK(status.at("isConnected") == false);
    CHECK(api.get(here.token_path(id)).json().at("error") == "RECONNECT_REQUIRED");
    const auto told = api.get("/api/audit?action=connection.expired").json().at("entries");
    REQUIRE(told.size() == 1);
    CHECK(told.at(0).at("connectionId") == id);
    CHECK_THAT(
        api.get("/metrics").body,
        Catch::Contains("tenon_connections_expired_total{provider=\"demo\",reason=\"revoked\"} 1\n")
    );

    SECTION("and reconnecting the same account brings it back under its id") {
        CHECK(here.connected() == id);
        CHECK(api.get(here.token_path(id)).status == 200);
    }
}

TEST_CASE("a provider that is down does not cost the connection") {
    world here(slow_rotating(engine::sqlite));
    const auto id = here.connected();
    sim::fault down;
    down.path = "/token";
    down.kind = sim::fault_kind::status;
    down.status = 503;
    down.times = 1;
    down.retry_after_s = 5;  // beyond the token's end, whoever asked
    here.provider().inject(down);
    let_expire(here);
    auto api = here.api();
    const auto refused = api.get(here.token_path(id));
    INFO(refused.body);
    CHECK(refused.status == 503);
    CHECK(refused.json().at("error") == "PROVIDER_UNAVAILABLE");
    CHECK(refused.field("retry-after"));
    CHECK(
        api.get("/api/integrations/status").json().at("integrations").at(0).at("status") ==
        "connected"
    );
    const auto healed = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    int status = 0;
    while (status != 200 && std::chrono::steady_clock::now() < healed) {
        status = api.get(here.token_path(id)).status;
    }
    CHECK(status == 200);
    CHECK(here.provider().count().refresh_reuses == 0);
}

TEST_CASE("an answer to a refresh that can't be read costs neither the token nor the grant") {
    const auto kind = GENERATE(sim::fault_kind::html_200, sim::fault_kind::truncated_json);
    world_options options;
    options.settings = json{{"rotation", true}, {"access_lifetime_s", 3600}};
    world here(options);
    const auto id = here.connected();
    sim::fault spoilt;
    spoilt.path = "/token";
    spoilt.kind = kind;
    here.provider().inject(spoilt);
    auto api = here.api();
    const auto path = "/api/integrations/refresh/demo/" + id;
    CHECK(api.post(path, json::object()).status == 502);
    const auto again = api.post(path, json::object());
    INFO(again.body);
    CHECK(again.status == 503);
    std::this_thread::sleep_for(std::chrono::seconds(6));  // beyond the first backoff
    CHECK(api.get(here.token_path(id)).status == 200);
    CHECK(here.provider().count().refreshes == 1);
    CHECK(here.provider().count().refresh_reuses == 0);
    CHECK(here.provider().count().families_revoked == 0);
}

TEST_CASE("a token that nothing renews is shown as expired within a moment after its end") {
    world_options options;
    options.settings = json{{"access_lifetime_s", 3}};
    world here(options);
    const auto id = query_parameter(
        here.connect("ann", "u1", json{{"scopes", {"openid", "profile"}}}), "connectionId"
    );
    REQUIRE(id);
    auto api = here.api();
    CHECK(api.get(here.token_path(*id)).status == 200);
    std::this_thread::sleep_for(std::chrono::milliseconds(5'000));
    const auto status = api.get("/api/integrations/status").json().at("integrations").at(0);
    CHECK(status.at("status") == "expired");
    CHECK(status.at("isConnected") == false);
    const auto asked = api.post("/api/integrations/refresh/demo/" + *id, json::object());
    CHECK(asked.status == 409);
    CHECK(asked.json().at("error") == "RECONNECT_REQUIRED");
}

TEST_CASE("a client secret is changed at Slack without downtime: the list's next one is tried") {
    world_options options;
    options.provider = "slack";
    options.client_secret = "[secret-of-tomorrow, demo-secret]";
    options.settings = json{{"rotation", true}};
    world here(options);
    const auto id = here.connected();
    const auto asked = here.api().post("/api/integrations/refresh/slack/" + id, json::object());
    INFO(asked.body);
    CHECK(asked.status == 200);
    CHECK(here.provider().count().refreshes > 0);
    CHECK(here.provider().count().code_reuses == 0);
    CHECK(here.provider().count().refresh_reuses == 0);
}

TEST_CASE("a due token is refreshed although nobody reads it") {
    world here(slow_rotating(engine::sqlite));
    const auto id = here.connected();
    const std::int64_t first = here.api().get(here.token_path(id)).json().at("generation");
    REQUIRE(here.provider().configure(json{{"access_lifetime_s", 3600}}).empty());
    // The status is looked at, and not the token: reading that would refresh it.
    const auto ends = [&here] {
        const auto listed = here.api().get("/api/integrations/status").json().at("integrations");
        return listed.at(0).at("expiresAt").get<std::string>();
    };
    const auto end = ends();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (ends() == end && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
    CHECK(here.provider().count().refreshes == 1);
    CHECK(here.api().get(here.token_path(id)).json().at("generation") == first + 1);
}

}  // namespace tenon::test
