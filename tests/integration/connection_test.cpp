// What connections are to each other, to users and to organizations.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {

TEST_CASE("several accounts of one provider live side by side") {
    world here;
    const auto one = here.connected("ann", "u1");
    const auto two = here.connected("ann", "u2");
    CHECK(one != two);
    auto api = here.api();
    CHECK(api.get(here.token_path(one)).json() != api.get(here.token_path(two)).json());
    CHECK(api.get("/api/integrations/status").json().at("integrations").size() == 2);

    SECTION("and disconnecting without naming one ends them all") {
        const auto gone = api.del("/api/integrations/disconnect/demo");
        CHECK(gone.json().at("revocations").size() == 2);
        CHECK(api.get("/api/integrations/status").json().at("integrations").empty());
    }
    SECTION("and connecting one again keeps its id") {
        CHECK(here.connected("ann", "u1") == one);
    }
}

TEST_CASE("the status tells how a connection is doing, and when its tokens are renewed") {
    world here;
    const auto id = here.connected();
    const auto shown = here.api().get("/api/integrations/status").json().at("integrations").at(0);
    CHECK(shown.at("health") == "healthy");
    CHECK_FALSE(shown.contains("healthReason"));
    CHECK(shown.at("nextRefreshAt") < shown.at("expiresAt"));
    CHECK(shown.at("reconnectBefore").is_null());
    sim::fault away;
    away.path = "/token";
    away.kind = sim::fault_kind::status;
    away.times = 100;
    here.provider().inject(away);
    here.age_grants();
    CHECK(here.api().get(here.token_path(id)).status == 503);
    const auto listed = here.api().get("/api/connections?limit=10").json().at("connections").at(0);
    CHECK(listed.at("health") == "degraded");
    CHECK_FALSE(listed.at("healthReason").get<std::string>().empty());
    CHECK(listed.at("status") == "connected");
}

TEST_CASE("a refresh keeps the connection and raises the generation") {
    world here;
    const auto id = here.connected();
    auto api = here.api();
    const auto before = api.get(here.token_path(id)).json();
    REQUIRE(
        api.post("/api/integrations/refresh/demo/" + id, nlohmann::json::object()).status == 200
    );
    const auto after = api.get(here.token_path(id)).json();
    CHECK(after.at("generation") == before.at("generation").get<std::int64_t>() + 1);
    CHECK(after.at("accessToken") != before.at("accessToken"));
}

TEST_CASE("a profile is told from memory, and asked anew by who wants it fresh") {
    world here;
    const auto id = here.connected();
    const auto path = "/api/integrations/profile/demo/" + id;
    auto api = here.api();
    const auto asked = here.provider().count().profiles;
    CHECK(api.get(path).status == 200);
    CHECK(api.get(path).status == 200);
    CHECK(here.provider().count().profiles == asked);
    CHECK(api.get(path + "?fresh=true").status == 200);
    CHECK(here.provider().count().profiles == asked + 1);
}

TEST_CASE("another user's and another organization's connections are not found") {
    world here;
    const auto id = here.connected("ann");
    CHECK(here.api("bob").get(here.token_path(id)).status == 404);
    CHECK(here.api("bob").get("/api/integrations/status").json().at("integrations").empty());
    CHECK(here.api("bob").del("/api/integrations/disconnect/demo/" + id).status == 404);
    CHECK(here.api("ann").get(here.token_path(id)).status == 200);
}

TEST_CASE("a connection whose account nobody tells can be connected anew") {
    world_options options;
    options.provider_config = "    account: connection\n";
    world here(options);
    const auto id = here.connected();
    const auto again = here.connect("ann", "u1", {{"accountId", id}});
    INFO(again);
    CHECK(query_parameter(again, "status") == "connected");
    CHECK(query_parameter(again, "connectionId") == id);
    CHECK(here.connected() != id);
}

TEST_CASE("Google's second connect brings no refresh token, and the first one's is used on") {
    world_options options;
    options.provider = "google";
    options.provider_config = "    prompt: select_account\n";
    world here(options);
    here.connected("ann");
    const auto second = here.connected("bob");
    const auto path = "/api/integrations/refresh/google/" + second;
    const auto refreshed = here.api("bob").post(path, nlohmann::json::object());
    INFO(refreshed.body);
    CHECK(refreshed.status == 200);
    CHECK(here.provider().count().refreshes == 1);
}

TEST_CASE("TikTok's profile is asked for what was granted, in one request") {
    world_options options;
    options.provider = "tiktok";
    world here(options);
    const nlohmann::json some{{"scopes", {"user.info.basic", "user.info.stats"}}};
    const auto location = here.connect("ann", "u1", some);
    const auto id = query_parameter(location, "connectionId").value_or("");
    const auto profile = here.api().get("/api/integrations/profile/tiktok/" + id);
    INFO(profile.body);
    CHECK(profile.json().at("followers").is_number());
    CHECK(here.provider().requests()["/v2/user/info/"] == 1);
    CHECK(here.api().get("/api/integrations/profile/tiktok/" + id + "?fresh=true").status == 200);
    CHECK(here.provider().requests()["/v2/user/info/"] == 2);
}

}  // namespace tenon::test
