// Each provider's whole life, through the real binary, on both engines.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <chrono>

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

struct row {
    std::string name;
    std::string provider;
    nlohmann::json settings = nlohmann::json::object();  // of the simulator
    std::string config = {};                             // further lines of the provider's section
    bool renews = true;                                  // has something to renew a token with
    std::vector<std::string> slots = {""};               // beside one another in each connection
    std::string without_scope = {};                      // that the person did not grant
    nlohmann::json more = nlohmann::json::object();      // of the request to connect
    std::string ending = "revoked";                      // what a disconnect does to each token
};

auto rows() -> std::vector<row> {
    using nlohmann::json;
    return {
        {"oidc", "oidc"},
        {"asana", "asana"},
        {"discord", "discord"},
        {"facebook", "facebook"},
        {.name = "facebook, with a page",
         .provider = "facebook",
         .slots = {"", "page"},
         .more = {{"scopes", {"email", "pages_show_list"}}, {"params", {{"page", "50001001"}}}}},
        {"github, a GitHub App", "github", {{"github_app", true}}},
        {.name = "github, an OAuth app", .provider = "github", .renews = false},
        {"google", "google"},
        {"google, whose callback has no iss", "google", {{"iss", false}}},
        {.name = "google, of which the person granted a part",
         .provider = "google",
         .settings = {{"declined_scopes", {"profile"}}},
         .without_scope = "profile"},
        {"linkedin", "linkedin"},
        {"linkedin, whose ID tokens have the older issuer",
         "linkedin",
         {{"issuer", "https://www.linkedin.com"}}},
        {.name = "microsoft", .provider = "microsoft", .ending = "unsupported"},
        {.name = "microsoft, one tenant",
         .provider = "microsoft",
         .settings = {{"tenant", "72f988bf-86f1-41af-91ab-2d7cd011db47"}},
         .config = "    tenant: 72f988bf-86f1-41af-91ab-2d7cd011db47\n",
         .ending = "unsupported"},
        {"reddit", "reddit"},
        {"x", "x"},
        {"x, a public app", "x", {{"public_client", true}}, "    app_type: public\n"},
        {"slack, rotating", "slack", {{"rotation", true}}},
        {.name = "slack", .provider = "slack", .settings = {{"rotation", false}}, .renews = false},
        {.name = "slack, for the bot and the person",
         .provider = "slack",
         .settings = {{"rotation", true}},
         .config = "    user_scopes: [\"search:read\"]\n",
         .slots = {"", "user"}},
        {"tiktok", "tiktok"},
        {"tiktok, a desktop app", "tiktok", {{"app", "desktop"}}, "    app_type: desktop\n"},
        {"tiktok, errors under 200", "tiktok", {{"errors_with_200", true}}},
        {.name = "instagram",
         .provider = "instagram",
         .settings = {{"refresh_after_s", 0}},
         .ending = "unsupported"},
        {.name = "instagram, wrapped",
         .provider = "instagram",
         .settings = {{"wrapped", true}, {"refresh_after_s", 0}},
         .ending = "unsupported"},
        {.name = "jira", .provider = "jira", .ending = "unsupported"},
        {"linear", "linear"},
        {"notion", "notion"},
        {.name = "notion, without refresh tokens",
         .provider = "notion",
         .settings = {{"refreshable", false}},
         .renews = false},
        {"salesforce", "salesforce"},
        {"salesforce, rotating", "salesforce", {{"rotation", true}}},
    };
}

// The first row of each plugin's.
auto one_of_each() -> std::vector<row> {
    std::vector<row> out;
    for (auto& one : rows()) {
        if (std::ranges::find(out, one.provider, &row::provider) == out.end()) {
            out.push_back(std::move(one));
        }
    }
    return out;
}

auto world_of(const row& one, engine stored_in) -> world_options {
    world_options options;
    options.provider = one.provider;
    options.stored_in = stored_in;
    options.settings = one.settings;
    options.provider_config = one.config;
    return options;
}

auto refresh(world& here, const std::string& id) -> http_response {
    return here.api().post(
        "/api/integrations/refresh/" + here.name() + "/" + id, nlohmann::json::object()
    );
}

auto token_of(world& here, const std::string& id, const std::string& slot = "") -> std::string {
    const auto answer = here.api().get(here.token_path(id) + (slot.empty() ? "" : "?slot=" + slot));
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    return answer.json().at("accessToken");
}

// A refresh brings another token, or none where there is nothing to renew it with.
void check_refresh(world& here, const row& one, const std::string& id) {
    if (one.provider == "instagram") {
        here.age_grants();  // it renews nothing younger than a day
    }
    const auto before = token_of(here, id);
    const auto asked = here.provider().count().refreshes;
    const auto refreshed = refresh(here, id);
    INFO(refreshed.body);
    CHECK(refreshed.status == 200);
    CHECK(refreshed.json().at("success") == true);
    CHECK((here.provider().count().refreshes > asked) == one.renews);
    CHECK((token_of(here, id) != before) == one.renews);
}

// Through all the verbs, as an application would.
void travel(world& here, const row& one, const std::string& account) {
    auto api = here.api();
    const auto location = here.connect("ann", account, one.more);
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
    const std::string scope = " " + token.json().value("scope", "") + " ";
    if (!one.without_scope.empty()) {  // a provider may have no scopes at all
        CHECK(scope.find(" " + one.without_scope + " ") == std::string::npos);
    }
    const std::string main_token = token.json().at("accessToken");
    for (const auto& slot : one.slots) {
        CHECK((token_of(here, id, slot) == main_token) == slot.empty());
    }

    check_profile(api, "/api/integrations/profile/" + here.name() + "/" + id, account_id);

    check_refresh(here, one, id);
    api = here.api();

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
    CHECK(gone.json().at("revocations").size() == one.slots.size());
    const auto revocations = gone.json().at("revocations");
    for (const auto& each : revocations) {
        CHECK(each.at("outcome") == one.ending);
    }
    CHECK(api.get(here.token_path(id)).status == 404);
    CHECK(api.get("/api/integrations/status").json().at("integrations").empty());
}

void travel_in(const std::string& isolation, const row& one) {
    CAPTURE(one.name, isolation);
    auto options = world_of(one, engine::sqlite);
    options.provider_config += "    isolation: " + isolation + "\n";
    world here(options);
    travel(here, one, "u1");
    const auto health = here.api().get("/health?check=plugins");
    INFO(health.body);
    const auto workers = health.json().at("checks").at("plugins").at("detail").at("workers");
    REQUIRE(workers.size() == 1);
    CHECK(workers.at(0).at("started") >= 1);
    CHECK(workers.at(0).at("lost") == 0);
    CHECK(here.host().stop() == 0);
}

}  // namespace

TEST_CASE("an account of each provider is connected, read, refreshed and disconnected") {
    const auto one = GENERATE(from_range(rows()));
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(one.name, name_of(stored_in));
    world here(world_of(one, stored_in));
    travel(here, one, "u1");
    CHECK(here.host().stop() == 0);
}

TEST_CASE("an account of each provider travels the same way where its plugin runs in a worker") {
    travel_in("worker", GENERATE(from_range(one_of_each())));
}

TEST_CASE("an account travels the same way where each operation has a worker of its own") {
    travel_in("worker-per-operation", {"oidc", "oidc"});
}

TEST_CASE("a refresh of a grant that the provider has ended tells the person to reconnect") {
    const auto one = GENERATE(
        row{"asana", "asana"}, row{"discord", "discord"}, row{"facebook", "facebook"},
        row{"github", "github", {{"github_app", true}}}, row{"google", "google"},
        row{"instagram", "instagram"}, row{"jira", "jira"}, row{"linear", "linear"},
        row{"linkedin", "linkedin"}, row{"microsoft", "microsoft"}, row{"notion", "notion"},
        row{"reddit", "reddit"}, row{"salesforce", "salesforce"},
        row{"slack", "slack", {{"rotation", true}}}, row{"tiktok", "tiktok"},
        row{"tiktok, under 200", "tiktok", {{"errors_with_200", true}}}, row{"x", "x"}
    );
    CAPTURE(one.name);
    world here(world_of(one, engine::sqlite));
    const auto id = here.connected();
    if (one.provider == "instagram") {
        here.age_grants();
    }
    here.provider().reset();
    const auto refused = refresh(here, id);
    INFO(refused.body);
    CHECK(refused.status == 409);
    CHECK(refused.json().at("error") == "RECONNECT_REQUIRED");
    const auto mine = find(here.api().get("/api/integrations/status").json(), id);
    CHECK(mine.at("status") == "expired");
    CHECK(mine.at("isConnected") == false);
}

TEST_CASE("an imported Instagram token is left alone for its first day, and renewed after it") {
    world here(world_of({"instagram", "instagram"}, engine::sqlite));
    const auto now =
        std::chrono::time_point_cast<host::milliseconds>(std::chrono::system_clock::now());
    const auto minted = here.provider().mint(1, 1, now).at(0);
    const auto imported = here.api().post(
        "/api/integrations/import/instagram",
        {{"accessToken", minted.at("access_token")}, {"userId", "ann"}}
    );
    INFO(imported.body);
    REQUIRE(imported.status == 200);
    const std::string id = imported.json().at("imported").at(0).at("connectionId");
    CHECK(refresh(here, id).status == 200);
    CHECK(here.provider().count().refreshes == 0);
    here.age_grants();
    here.provider().advance(std::chrono::hours(25));
    CHECK(refresh(here, id).status == 200);
    CHECK(here.provider().count().refreshes == 1);
    CHECK(token_of(here, id) != minted.at("access_token").get<std::string>());
}

}  // namespace tenon::test
