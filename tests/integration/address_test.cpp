// Where an account's API is, for providers that tell it with the tokens; and what else a connect
// may choose there.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

auto token_of(world& here, const std::string& id, const std::string& slot = "") -> nlohmann::json {
    const auto answer = here.api().get(here.token_path(id) + (slot.empty() ? "" : "?slot=" + slot));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json();
}

auto connected_with(world& here, const nlohmann::json& params) -> std::string {
    const auto location = here.connect("ann", "u1", {{"params", params}});
    INFO(location);
    REQUIRE(query_parameter(location, "status") == "connected");
    return query_parameter(location, "connectionId").value();
}

auto world_of(const std::string& provider) -> world_options {
    world_options options;
    options.provider = provider;
    return options;
}

// Sections of the generic plugin, beside the simulated provider's own: of a provider with a host
// name that its users tell, and of one of the catalogue. Both are played by the same simulator.
auto plain_providers() -> world_options {
    world_options options;
    options.settings = {{"auth_method", "any"}, {"pkce", "supported"}};
    options.provider_config =
        "  shops:\n    plugin: oauth2\n    client_id: demo-client\n    client_secret: demo-secret\n"
        "    authorize_url: https://{shop}.shops.example/authorize\n"
        "    token_url: https://{shop}.shops.example/token\n"
        "    userinfo_url: https://{shop}.shops.example/userinfo\n"
        "    base_url: https://{shop}.shops.example/api\n"
        "    connect_params: {shop: \"\"}\n    scopes: [openid, profile]\n"
        "    origins: {\"https://{shop}.shops.example\": \"{provider}\"}\n"
        "  bexio:\n    client_id: demo-client\n    client_secret: demo-secret\n"
        "    scopes: [openid]\n    origins: {\"https://idp.bexio.com\": \"{provider}\"}\n";
    return options;
}

// Through connect, consent and callback of another provider than the world's own: its token.
auto token_from(
    world& here, const std::string& provider, const nlohmann::json& params,
    const std::string& account, const std::string& user = "ann"
) -> nlohmann::json {
    const auto begun = here.api(user).post(
        "/api/integrations/connect/" + provider,
        {{"redirectUrl", "http://127.0.0.1:9/after"}, {"params", params}}
    );
    INFO(begun.body);
    REQUIRE(begun.status == 200);
    const auto done = here.visit(here.consent(begun.json().at("authUrl")));
    const auto location = done.field("location").value_or(done.body);
    INFO(location);
    REQUIRE(query_parameter(location, "status") == "connected");
    CHECK(query_parameter(location, "accountId") == account);
    const auto id = query_parameter(location, "connectionId").value();
    return here.api(user).get("/api/integrations/token/" + provider + "/" + id).json();
}

auto metadata_of(world& here) -> nlohmann::json {
    return here.api()
        .get("/api/integrations/status")
        .json()
        .at("integrations")
        .at(0)
        .at("metadata");
}

}  // namespace

TEST_CASE("Salesforce's instance comes with the token, and moves with a refresh") {
    world here(world_of("salesforce"));
    const auto id = connected_with(here, {{"host", "acme.my"}});
    CHECK(token_of(here, id).at("baseUrl") == "https://acme.my.salesforce.com");
    REQUIRE(here.provider().configure({{"instance", "na139"}}).empty());
    const auto path = "/api/integrations/refresh/salesforce/" + id;
    REQUIRE(here.api().post(path, nlohmann::json::object()).status == 200);
    CHECK(token_of(here, id).at("baseUrl") == "https://na139.salesforce.com");
}

TEST_CASE("a provider at a host name that its users tell is connected by configuration alone") {
    world here(plain_providers());
    const auto token = token_from(here, "shops", {{"shop", "north"}}, "north:u1");
    CHECK(token.at("baseUrl") == "https://north.shops.example/api");
    for (const std::string shop : {"", "evil.example/", "a.b", "north@evil"}) {
        const auto refused = here.api().post(
            "/api/integrations/connect/shops",
            {{"redirectUrl", "http://127.0.0.1:9/after"}, {"params", {{"shop", shop}}}}
        );
        INFO(shop << ": " << refused.body);
        CHECK(refused.status == 400);
        CHECK(refused.json().at("details").at(0).at("field") == "params.shop");
    }
}

TEST_CASE("accounts of one id at two installations are two, and share nothing") {
    world here(plain_providers());
    const auto north = token_from(here, "shops", {{"shop", "north"}}, "north:u1");
    const auto south = token_from(here, "shops", {{"shop", "south"}}, "south:u1", "bob");
    CHECK(south.at("baseUrl") == "https://south.shops.example/api");
    CHECK(south.at("accessToken") != north.at("accessToken"));
    const auto still = here.api().get("/api/integrations/token/shops/north%3Au1").json();
    CHECK(still.at("accessToken") == north.at("accessToken"));
    CHECK(still.at("baseUrl") == "https://north.shops.example/api");
}

TEST_CASE("a provider of the catalogue is connected with a client id and secret alone") {
    world here(plain_providers());
    const auto token = token_from(here, "bexio", nlohmann::json::object(), "u1");
    CHECK(token.at("scope") == "openid");
    CHECK_FALSE(token.at("accessToken").get<std::string>().empty());
}

TEST_CASE("a Salesforce organization other than the one that was chosen is no connection") {
    world here(world_of("salesforce"));
    const auto refused = here.connect("ann", "u1", {{"params", {{"instance", "other.my"}}}});
    CHECK(query_parameter(refused, "status") == "error");
    CHECK(here.api().get("/api/integrations/status").json().at("integrations").empty());
}

TEST_CASE("nobody is sent to a host that is not one of Salesforce's") {
    world here(world_of("salesforce"));
    for (const std::string host : {"evil.example/", "acme.my.evil", "acme", "a.b.c.my", "-x.my"}) {
        const auto refused = here.api().post(
            "/api/integrations/connect/salesforce",
            {{"redirectUrl", "http://127.0.0.1:9/after"}, {"params", {{"host", host}}}}
        );
        INFO(host << ": " << refused.body);
        CHECK(refused.status == 400);
        CHECK(refused.json().at("details").at(0).at("field") == "params.host");
    }
}

TEST_CASE("a Jira site is the API's address: the first, or the one that is named") {
    world here(world_of("jira"));
    const auto first = connected_with(here, nlohmann::json::object());
    CHECK(
        token_of(here, first).at("baseUrl") == "https://api.atlassian.com/ex/jira/cloud-demo-u1-1"
    );
    const auto second = connected_with(here, {{"site", "demo-u1-2"}});
    CHECK(second == first);
    CHECK(
        token_of(here, first).at("baseUrl") == "https://api.atlassian.com/ex/jira/cloud-demo-u1-2"
    );
    CHECK(metadata_of(here).at("site_name") == "demo-u1-2");
    const auto refused = here.connect("ann", "u1", {{"params", {{"site", "nobodys"}}}});
    CHECK(query_parameter(refused, "error") == "PROVIDER_PERMISSION_DENIED");
}

TEST_CASE("a page's token stands beside the person's, and a page of another's is refused") {
    world here(world_of("facebook"));
    const nlohmann::json scopes{"email", "pages_show_list"};
    const auto location =
        here.connect("ann", "u1", {{"scopes", scopes}, {"params", {{"page", "50001002"}}}});
    REQUIRE(query_parameter(location, "status") == "connected");
    const auto id = query_parameter(location, "connectionId").value();
    const auto page = token_of(here, id, "page");
    CHECK(page.at("expiresAt").is_null());
    CHECK(page.at("accessToken") != token_of(here, id).at("accessToken"));
    CHECK(metadata_of(here).at("page_id") == "50001002");
    const auto refused =
        here.connect("ann", "u1", {{"scopes", scopes}, {"params", {{"page", "50002001"}}}});
    CHECK(query_parameter(refused, "error") == "PROVIDER_PERMISSION_DENIED");
}

TEST_CASE("what a person declined at Facebook is not said to be granted") {
    auto options = world_of("facebook");
    options.settings = {{"declined_scopes", {"email"}}};
    world here(options);
    const auto id = here.connected();
    CHECK(token_of(here, id).at("scope") == "public_profile");
}

}  // namespace tenon::test
