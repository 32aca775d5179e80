// Tokens that were obtained elsewhere.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <chrono>

namespace tenon::test {
namespace {

using nlohmann::json;

auto minted(world& here, std::int64_t first, std::int64_t count) -> json {
    const auto now =
        std::chrono::time_point_cast<host::milliseconds>(std::chrono::system_clock::now());
    return here.provider().mint(first, count, now);
}

auto to_item(const json& tokens, const std::string& user) -> json {
    return {
        {"userId", user},
        {"accessToken", tokens.at("access_token")},
        {"refreshToken", tokens.value("refresh_token", "")}};
}

auto import_path(const world& here) -> std::string {
    return "/api/integrations/import/" + here.name();
}

}  // namespace

TEST_CASE("tokens from elsewhere are taken over, each item for itself") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    auto list = json::array();
    for (const auto& tokens : minted(here, 1, 30)) {
        list.push_back(to_item(tokens, "user-" + std::to_string(list.size())));
    }
    list[7]["accessToken"] = "of-nobody";
    list[8]["accountId"] = "u1";  // it is u9's
    list[9].erase("accessToken");
    list[10]["userId"] = "";
    const auto answer = here.api("").post(import_path(here), {{"connections", list}});
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    const auto told = answer.json();
    CHECK(told.at("imported").size() == 26);
    REQUIRE(told.at("failed").size() == 4);
    const std::vector<std::string> errors{
        "RECONNECT_REQUIRED", "ACCOUNT_MISMATCH", "INVALID_REQUEST", "USER_REQUIRED"};
    for (std::size_t i = 0; i < errors.size(); ++i) {
        CHECK(told.at("failed").at(i).at("index") == 7 + i);
        CHECK(told.at("failed").at(i).at("error") == errors[i]);
    }
    CHECK(told.at("failed").at(2).at("message") == "accessToken: is required");
    // They are connections like others: read, profiled, renewed.
    const std::string id = told.at("imported").at(0).at("connectionId");
    auto api = here.api("user-0");
    CHECK(api.get(here.token_path(id)).json().at("accessToken") == list[0].at("accessToken"));
    CHECK(api.get("/api/integrations/profile/" + here.name() + "/" + id).status == 200);
    CHECK(
        api.post("/api/integrations/refresh/" + here.name() + "/" + id, json::object()).status ==
        200
    );
    CHECK(api.get(here.token_path(id)).json().at("accessToken") != list[0].at("accessToken"));
}

TEST_CASE("a single import answers as a list of one") {
    world here;
    const auto good = to_item(minted(here, 1, 1).at(0), "ann");
    const auto done = here.api().post(import_path(here), good);
    REQUIRE(done.status == 200);
    CHECK(done.json().at("imported").at(0).at("accountId") == "u1");
    CHECK(done.json().at("failed").empty());
    auto bad = good;
    bad["accessToken"] = "of-nobody";
    const auto failed = here.api().post(import_path(here), bad);
    REQUIRE(failed.status == 200);
    CHECK(failed.json().at("imported").empty());
    CHECK(failed.json().at("failed").at(0).at("error") == "RECONNECT_REQUIRED");

    SECTION("a line break is no part of a token") {
        for (const auto* field : {"accessToken", "refreshToken", "scope"}) {
            auto odd = good;
            odd[field] = "x\n";
            const auto refused = here.api().post(import_path(here), odd).json().at("failed").at(0);
            CHECK(refused.at("error") == "INVALID_REQUEST");
            const std::string said = refused.at("message");
            CHECK(said == field + std::string(": has characters that are not printable ASCII"));
        }
    }
    SECTION("its slot must be one of the provider's") {
        auto odd = good;
        odd["slot"] = "second";
        const auto refused = here.api().post(import_path(here), odd).json().at("failed").at(0);
        CHECK(refused.at("error") == "INVALID_REQUEST");
        CHECK(refused.at("message") == "slot: must be one of main");
        odd["slot"] = "main";
        CHECK(here.api().post(import_path(here), odd).json().at("imported").size() == 1);
    }
    SECTION("unvalidated, its account must be named") {
        auto blind = good;
        blind["validate"] = false;
        const auto nameless = here.api().post(import_path(here), blind).json();
        CHECK(nameless.at("failed").at(0).at("error") == "INVALID_REQUEST");
        blind["accountId"] = "u7";
        const auto taken = here.api().post(import_path(here), blind).json();
        CHECK(taken.at("imported").at(0).at("accountId") == "u7");
    }
}

TEST_CASE("a user's own key imports no account of which only its word is known") {
    world here;
    const auto id = here.connected("ann", "u1");
    const auto anns = here.api("ann").get(here.token_path(id)).json().at("accessToken");
    const json wanted{
        {"name", "bob's"}, {"scopes", {"connections:write", "tokens:read"}}, {"userId", "bob"}};
    const auto made = here.api("").post("/api/keys", wanted);
    REQUIRE(made.status == 201);
    auto bobs = here.api("");
    bobs.set_common({{"X-API-Key", made.json().at("key").get<std::string>()}});
    json claim{{"accountId", "u1"}, {"accessToken", "of-nobody"}, {"validate", false}};
    const auto refused = bobs.post(import_path(here), claim);
    CHECK(refused.status == 403);
    CHECK(refused.json().at("error") == "INSUFFICIENT_SCOPE");
    claim.erase("validate");
    CHECK(
        bobs.post(import_path(here), claim).json().at("failed").at(0).at("error") ==
        "RECONNECT_REQUIRED"
    );
    // Nor does whoever acts for everybody give him the refresh token that is hers.
    claim["validate"] = false;
    claim["userId"] = "bob";
    claim["expiresAt"] = "2020-01-01T00:00:00Z";
    const auto shared = here.api("").post(import_path(here), claim).json();
    CHECK(shared.at("failed").at(0).at("error") == "CONFLICT");
    CHECK(bobs.get(here.token_path("u1")).status == 404);
    CHECK(here.api("ann").get(here.token_path(id)).json().at("accessToken") == anns);
    // What the provider says is his is taken.
    const json proven{{"accessToken", minted(here, 7, 1).at(0).at("access_token")}};
    CHECK(bobs.post(import_path(here), proven).json().at("imported").at(0).at("accountId") == "u7");
}

TEST_CASE("an import of nothing is answered, with nothing") {
    world here;
    const auto answer = here.api().post(import_path(here), {{"connections", json::array()}});
    CHECK(answer.status == 200);
    CHECK(answer.json() == json{{"imported", json::array()}, {"failed", json::array()}});
}

TEST_CASE("an import that takes too long says which items it did not come to") {
    world_options options;
    options.config = "timeouts: {request: 4s, operation: 1500ms}\n";
    world here(options);
    here.provider().inject({"/userinfo", sim::fault_kind::delay, 1'000, 900});
    auto list = json::array();
    for (const auto& tokens : minted(here, 1, 80)) {
        list.push_back(to_item(tokens, "user-" + std::to_string(list.size())));
    }
    const auto answer = here.api("").post(import_path(here), {{"connections", list}});
    INFO(answer.body);
    REQUIRE(answer.status == 200);
    const auto told = answer.json();
    CHECK_FALSE(told.at("imported").empty());
    REQUIRE_FALSE(told.at("failed").empty());
    CHECK(told.at("imported").size() + told.at("failed").size() == 80);
    CHECK(told.at("failed").back().at("error") == "PROVIDER_TIMEOUT");
    const auto stored = here.api("").get("/api/connections?limit=500").json().at("connections");
    CHECK(stored.size() == told.at("imported").size());
}

TEST_CASE("an import ends when its request does") {
    world_options options;
    options.config = "timeouts: {drain: 3s}\n";
    world here(options);
    here.provider().inject({"/userinfo", sim::fault_kind::delay, 1'000, 20'000});
    auto list = json::array();
    for (const auto& tokens : minted(here, 1, 40)) {
        list.push_back(to_item(tokens, "user-" + std::to_string(list.size())));
    }
    const auto body = json{{"connections", list}}.dump();
    raw_connection client("127.0.0.1", here.host().port());
    REQUIRE(client.send(
        "POST " + import_path(here) + " HTTP/1.1\r\nHost: h\r\nX-API-Key: " + operator_key +
        "\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body
    ));
    (void)client.receive_until("never", std::chrono::milliseconds(500));
    CHECK(here.host().stop(std::chrono::seconds(10)) == 0);
    CHECK(client.receive_all(std::chrono::seconds(1)).find("SHUTTING_DOWN") != std::string::npos);
}

}  // namespace tenon::test
