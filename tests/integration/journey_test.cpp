// Each provider's whole life, through the real binary, on both engines.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

auto find(const nlohmann::json& integrations, const std::string& connection) -> nlohmann::json {
    for (const auto& one : integrations.at("integrations")) {
        if (one.at("connectionId") == connection) {
            return one;
        }
    }
    return nullptr;
}

void check_profile(http_client& api, const std::string& path, const std::string& account) {
    const auto answer = api.get(path);
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    CHECK(answer.json().at("accountId") == account);
    CHECK(answer.json().contains("raw"));
}

// Through all the verbs, as an application would.
void travel(world& here, const std::string& account) {
    auto api = here.api();
    const auto location = here.connect("ann", account);
    INFO(location);
    REQUIRE(query_parameter(location, "status") == "connected");
    CHECK(query_parameter(location, "provider") == here.name());
    const auto id = query_parameter(location, "connectionId").value();
    const auto account_id = query_parameter(location, "accountId").value();

    const auto token = api.get(here.token_path(id));
    INFO(token.body);
    REQUIRE(token.status == 200);
    CHECK(token.field("cache-control") == "no-store");
    CHECK_FALSE(token.json().at("accessToken").get<std::string>().empty());
    const auto by_account = api.get(here.token_path(percent_encoded(account_id)));
    CHECK(by_account.json().at("accessToken") == token.json().at("accessToken"));

    check_profile(api, "/api/integrations/profile/" + here.name() + "/" + id, account_id);

    const auto refreshed =
        api.post("/api/integrations/refresh/" + here.name() + "/" + id, nlohmann::json::object());
    INFO(refreshed.body);
    CHECK(refreshed.status == 200);
    CHECK(refreshed.json().at("success") == true);

    const auto status = api.get("/api/integrations/status");
    const auto mine = find(status.json(), id);
    INFO(status.body);
    REQUIRE_FALSE(mine.is_null());
    CHECK(mine.at("isConnected") == true);
    CHECK(mine.at("status") == "connected");
    CHECK(mine.at("providerAccountId") == account_id);

    const auto gone = api.del("/api/integrations/disconnect/" + here.name() + "/" + id);
    INFO(gone.body);
    REQUIRE(gone.status == 200);
    CHECK(gone.json().at("success") == true);
    CHECK_FALSE(gone.json().at("revocations").empty());
    CHECK(api.get(here.token_path(id)).status == 404);
    CHECK(api.get("/api/integrations/status").json().at("integrations").empty());
}

}  // namespace

TEST_CASE("an account of each provider is connected, read, refreshed and disconnected") {
    const auto provider =
        GENERATE(as<std::string>{}, "oidc", "google", "slack", "tiktok", "instagram");
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(provider, name_of(stored_in));
    world_options options;
    options.provider = provider;
    options.stored_in = stored_in;
    if (provider == "slack") {
        options.settings["rotation"] = GENERATE(true, false);
    }
    world here(options);
    travel(here, "u1");
    CHECK(here.host().stop() == 0);
}

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
