// Connecting without a redirect, through the real binary: an API key, on both engines.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace tenon::test {
namespace {

using nlohmann::json;

constexpr auto api_key = "ofapi_demo_0123456789abcdef";
constexpr auto connect_path = "/api/integrations/connect/onlyfans";

auto options(engine stored_in = engine::sqlite) -> world_options {
    world_options made;
    made.provider = "onlyfans";
    made.stored_in = stored_in;
    return made;
}

auto credentials(const std::string& key = api_key, const std::string& account = "acct_demo1")
    -> json {
    return {{"credentials", {{"api_key", key}}}, {"params", {{"account", account}}}};
}

auto find_provider(world& here, const std::string& id) -> json {
    const auto all = here.api().get("/api/integrations/providers").json().at("providers");
    const auto found =
        std::ranges::find_if(all, [&](const json& one) { return one.at("id") == id; });
    REQUIRE(found != all.end());
    return *found;
}

auto error_of(const http_response& answer) -> std::string {
    return answer.json().at("error");
}

auto fields_of(const http_response& answer) -> std::vector<std::string> {
    std::vector<std::string> names;
    const auto body = answer.json();
    for (const auto& one : body.at("details")) {
        names.push_back(one.at("field"));
    }
    return names;
}

}  // namespace

TEST_CASE("an account is connected by an API key, read, profiled and disconnected") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(options(stored_in));
    auto api = here.api();

    const auto listed = find_provider(here, "onlyfans");
    CHECK(listed.at("kind") == "api_key");
    CHECK(listed.at("enabled") == true);
    CHECK(listed.at("credentialFields").at(0).at("name") == "api_key");
    CHECK(listed.at("credentialFields").at(0).at("secret") == true);
    CHECK(listed.at("connectParams").at(0).at("name") == "account");
    CHECK_FALSE(listed.contains("redirectUri"));

    const auto connected = api.post(connect_path, credentials());
    INFO(connected.body);
    REQUIRE(connected.status == 200);
    CHECK(connected.json().at("providerAccountId") == "acct_demo1");
    CHECK(connected.json().at("status") == "connected");
    CHECK(connected.body.find(api_key) == std::string::npos);
    const std::string id = connected.json().at("connectionId");

    const auto token = api.get(here.token_path(id));
    CHECK(token.json().at("accessToken") == api_key);
    CHECK(token.json().at("tokenType") == "Bearer");
    CHECK(token.json().at("expiresAt").is_null());
    const auto profile = api.get("/api/integrations/profile/onlyfans/" + id + "?fresh=true");
    INFO(profile.body);
    CHECK(profile.json().at("onlyfans_id") == "1001");
    CHECK(
        api.get("/api/integrations/status").json().at("integrations").at(0).at("isConnected") ==
        true
    );
    const auto audit = api.get("/api/audit?connectionId=" + id).json().at("entries");
    CHECK(audit.at(0).at("action") == "connection.connected");

    const auto gone = api.del("/api/integrations/disconnect/onlyfans/" + id);
    CHECK(gone.json().at("revocations").at(0).at("outcome") == "revoked");
    CHECK(here.provider().count().revokes == 1);
    CHECK(api.get(here.token_path(id)).status == 404);
    CHECK(here.host().stop() == 0);
    const auto found = here.secrets().search_tree(
        here.host().dir(), {here.host().config_file().filename().string()}
    );
    CHECK(found.empty());
}

TEST_CASE("credentials that are wrong are told by field, or as refused, and store nothing") {
    world here(options());
    auto api = here.api();
    const auto refused = api.post(connect_path, credentials("ofapi_another_key_0123456789"));
    INFO(refused.body);
    CHECK(refused.status == 400);
    CHECK(error_of(refused) == "INVALID_REQUEST");
    CHECK(fields_of(refused) == std::vector<std::string>{"credentials"});
    CHECK(refused.body.find("another_key") == std::string::npos);

    const auto malformed = api.post(connect_path, credentials("sk_live_0123456789"));
    CHECK(error_of(malformed) == "INVALID_REQUEST");
    CHECK(fields_of(malformed) == std::vector<std::string>{"credentials.api_key"});
    CHECK(malformed.body.find("sk_live") == std::string::npos);
    const auto missing = api.post(connect_path, {{"credentials", json::object()}});
    CHECK(fields_of(missing) == std::vector<std::string>{"credentials.api_key"});
    const auto foreign = api.post(connect_path, credentials(api_key, "acct_demo9"));
    CHECK(error_of(foreign) == "INVALID_REQUEST");
    CHECK(fields_of(foreign) == std::vector<std::string>{"params.account"});

    auto with_redirect = credentials();
    with_redirect["redirectUrl"] = "http://127.0.0.1:9/after";
    CHECK(
        fields_of(api.post(connect_path, with_redirect)) == std::vector<std::string>{"redirectUrl"}
    );
    const auto by_redirect = api.post(connect_path, {{"redirectUrl", "http://127.0.0.1:9/after"}});
    CHECK(error_of(by_redirect) == "UNSUPPORTED_BY_PROVIDER");
    CHECK(
        by_redirect.json().at("message").get<std::string>().find("credentials") != std::string::npos
    );
    CHECK(api.get("/api/integrations/status").json().at("integrations").empty());
}

TEST_CASE("a provider that wants a redirect takes no credentials") {
    world here;
    const auto answer =
        here.api().post("/api/integrations/connect/demo", {{"credentials", {{"api_key", "x"}}}});
    CHECK(answer.status == 409);
    CHECK(error_of(answer) == "UNSUPPORTED_BY_PROVIDER");
}

TEST_CASE("connecting again keeps the connection, and only the account that was asked for") {
    world here(options());
    auto api = here.api();
    const std::string id = api.post(connect_path, credentials()).json().at("connectionId");
    CHECK(api.post(connect_path, credentials()).json().at("connectionId") == id);
    auto again = credentials();
    again["accountId"] = id;
    CHECK(api.post(connect_path, again).json().at("connectionId") == id);
    auto other = credentials(api_key, "acct_demo2");
    other["accountId"] = id;
    CHECK(error_of(api.post(connect_path, other)) == "ACCOUNT_MISMATCH");
    again["accountId"] = "acct_demo2";
    CHECK(api.post(connect_path, again).status == 404);
    CHECK(here.api("bob").post(connect_path, credentials()).status == 200);
    CHECK(api.get("/api/integrations/status").json().at("integrations").size() == 1);
}

TEST_CASE("the same Idempotency-Key connects once") {
    world here(options());
    http_client api(
        here.host().url(), {{"Authorization", std::string("Bearer ") + operator_key},
                            {"X-Tenon-User", "ann"},
                            {"Idempotency-Key", "one"}}
    );
    const auto first = api.post(connect_path, credentials());
    REQUIRE(first.status == 200);
    const auto asked = here.provider().requests()["/api/accounts"];
    CHECK(api.post(connect_path, credentials()).body == first.body);
    CHECK(here.provider().requests()["/api/accounts"] == asked);
}

TEST_CASE("credential connects count against the user's connects") {
    auto limited = options();
    limited.connects_per_15_minutes = 2;
    world here(limited);
    auto api = here.api();
    CHECK(api.post(connect_path, credentials("ofapi_wrong")).status == 400);
    CHECK(api.post(connect_path, credentials("ofapi_wrong")).status == 400);
    const auto third = api.post(connect_path, credentials());
    CHECK(third.status == 429);
    CHECK(here.api("bob").post(connect_path, credentials()).status == 200);
}

TEST_CASE("a key has nothing to be refreshed with, and one that is refused needs reconnecting") {
    world here(options());
    auto api = here.api();
    const std::string id = api.post(connect_path, credentials()).json().at("connectionId");
    const auto asked = api.post("/api/integrations/refresh/onlyfans/" + id, json::object());
    CHECK(asked.status == 200);
    CHECK(asked.json().at("refreshed") == false);
    REQUIRE(here.provider().configure({{"session_over", true}}).empty());
    const auto profile = api.get("/api/integrations/profile/onlyfans/" + id + "?fresh=true");
    CHECK(profile.status == 409);
    CHECK(error_of(profile) == "RECONNECT_REQUIRED");
}

}  // namespace tenon::test
