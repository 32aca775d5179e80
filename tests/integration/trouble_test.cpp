// The errors that only trouble brings: a wrong client secret, a database that is away, a conflict,
// a clock that went on.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

auto refresh(world& here, const std::string& id) -> http_response {
    return here.api().post("/api/integrations/refresh/demo/" + id, json::object());
}

void let_in(const std::string& database, bool anybody) {
    postgres_command(
        "postgres",
        "ALTER DATABASE " + database + " ALLOW_CONNECTIONS " + (anybody ? "true" : "false")
    );
    end_postgres_sessions(database);
}

}  // namespace

TEST_CASE("a client secret that the provider refuses is the operator's fault, and no user's") {
    world here;
    const auto id = here.connected();
    REQUIRE(here.provider().configure({{"client_secret", "changed-at-the-provider"}}).empty());
    const auto refused = refresh(here, id);
    INFO(refused.body);
    CHECK(refused.status == 502);
    CHECK(refused.json().at("error") == "PROVIDER_MISCONFIGURED");
    const auto told = here.connect("bob", "u2");
    CHECK(query_parameter(told, "error") == "PROVIDER_MISCONFIGURED");
    CHECK(here.integrations().at(0).at("status") == "connected");
    CHECK(here.api().get(here.token_path(id)).status == 200);
}

TEST_CASE("a database that is away is told as such, and served from again once it is back") {
    world_options options;
    options.stored_in = engine::postgresql;
    world here(options);
    const auto id = here.connected();
    let_in(here.database(), false);
    const auto refused = here.api().post(
        "/api/integrations/connect/demo", {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
    INFO(refused.body);
    CHECK(refused.status == 503);
    CHECK(refused.json().at("error") == "STORAGE_UNAVAILABLE");
    CHECK(soon([&] { return here.api().get("/readyz").status == 503; }));
    let_in(here.database(), true);
    CHECK(soon([&] { return here.api().get("/readyz").status == 200; }));
    CHECK(here.api().get(here.token_path(id)).status == 200);
    CHECK(here.host().stop() == 0);
}

TEST_CASE("what is there already is a conflict, and a key that may not is told its missing scope") {
    world here;
    const auto id = here.connected();
    const auto taken = here.api().post("/api/organizations", {{"name", "a"}, {"id", "default"}});
    CHECK(taken.status == 409);
    CHECK(taken.json().at("error") == "CONFLICT");
    const auto made =
        here.api("").post("/api/keys", {{"name", "auditor"}, {"scopes", {"audit:read"}}});
    REQUIRE(made.status == 201);
    auto auditor = here.api();
    auditor.set_common({{"X-API-Key", made.json().at("key")}, {"X-Tenon-User", "ann"}});
    CHECK(auditor.get("/api/audit").status == 200);
    const auto refused = auditor.get(here.token_path(id));
    CHECK(refused.status == 403);
    CHECK(refused.json().at("error") == "INSUFFICIENT_SCOPE");
}

TEST_CASE("a state that has expired is refused, and so is a confirmation") {
    world here;
    const auto late = here.consent(here.begin().at("authUrl"));
    const auto parked = here.connect("ann", "u2", {{"confirm", true}});
    const json body{{"confirmation", query_parameter(parked, "confirmation").value()}};
    here.change_database(
        "UPDATE pending_connects SET expires_at = 1; UPDATE confirmations SET expires_at = 1"
    );
    const auto refused = here.visit(late);
    INFO(refused.body);
    CHECK(refused.status == 400);
    CHECK_FALSE(refused.field("location"));
    CHECK(refused.json().at("error") == "INVALID_STATE");
    CHECK(here.provider().count().exchanges == 1);  // the parked one's
    const auto unconfirmed = here.api().post("/api/integrations/confirm", body);
    CHECK(unconfirmed.status == 400);
    CHECK(unconfirmed.json().at("error") == "INVALID_STATE");
    CHECK(here.api().get("/api/connections?status=connected").json().at("connections").empty());
}

}  // namespace tenon::test
