// Tokens that a provider issued and that nobody is to have.
#include "store/audit.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

// Ann reconnects u1, and consents as somebody else: what became of those tokens.
auto reconnect_as(oauth_world& world, const std::string& account) -> std::string {
    connect_request request;
    request.by = user("ann");
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.reconnect = account_id("u1");
    const auto begun = world.run(begin_connect(world.context, std::move(request))).value();
    const auto location = world.finish(world.consent(begun, account)).value().location;
    const sim::parameters told(std::string_view(location).substr(location.find('?') + 1));
    return told.get("error");
}

void check_nothing_left_but_u1(oauth_world& world) {
    CHECK(world.list(user("ann")).size() == 1);
    CHECK(world.read(user("ann"), "u1", seconds(60)).has_value());
    CHECK(count(world, "intents") == 0);
}

}  // namespace

TEST_CASE("tokens of another account than the one to reconnect are revoked, and it is on record") {
    oauth_world world(any_engine());
    world.connect(user("ann"), "u1");
    CHECK(reconnect_as(world, "u2") == "ACCOUNT_MISMATCH");
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token
    check_nothing_left_but_u1(world);
    CHECK(count(world, "grants") == 1);
    const auto lines = lines_of(world, "connection.discarded");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].outcome == "ACCOUNT_MISMATCH");
    CHECK(lines[0].detail == R"({"revocations":[{"outcome":"revoked","slot":"main"}]})");
}

TEST_CASE("tokens of an account that somebody else has connected are not revoked for a mismatch") {
    oauth_world world(any_engine());
    add_organizations(world, {"org", "other"});
    world.connect(user("ann"), "u1");
    SECTION("in the same organization") {
        world.connect(user("bob"), "u2");
    }
    SECTION("in another one") {
        world.connect({org_id("other"), user_id("bob"), "test", {}}, "u2");
    }
    SECTION("or is about to confirm") {
        (void)world.park(user("bob"), "u2");
    }
    CHECK(reconnect_as(world, "u2") == "ACCOUNT_MISMATCH");
    CHECK(world.scene.count().revokes == 0);
    check_nothing_left_but_u1(world);
    REQUIRE(lines_of(world, "connection.discarded").size() == 1);
    CHECK(
        lines_of(world, "connection.discarded")[0].detail ==
        R"({"revocations":[{"outcome":"kept","slot":"main"}]})"
    );
}

TEST_CASE("a revocation that fails changes nothing for who reconnected the wrong account") {
    oauth_world world(any_engine());
    world.connect(user("ann"), "u1");
    sim::fault away;
    away.path = "/revoke";
    away.kind = sim::fault_kind::status;
    away.times = 100;
    world.scene.inject(away);
    CHECK(reconnect_as(world, "u2") == "ACCOUNT_MISMATCH");
    check_nothing_left_but_u1(world);
    CHECK(
        lines_of(world, "connection.discarded").at(0).detail ==
        R"({"revocations":[{"outcome":"pending","slot":"main"}]})"
    );
}

TEST_CASE("a mismatch that recovery finds is revoked by it") {
    oauth_world world(any_engine());
    world.connect(user("ann"), "u1");
    sim::fault away;
    away.path = "/userinfo";
    away.kind = sim::fault_kind::status;
    world.scene.inject(away);
    CHECK(reconnect_as(world, "u2") == "PROVIDER_UNAVAILABLE");
    REQUIRE(count(world, "intents") == 1);
    world.time.advance(world.context.options.lease);
    world.run(recover_intents(world.context, *world.refresh, false));
    CHECK(world.scene.count().revokes == 2);
    check_nothing_left_but_u1(world);
    CHECK(lines_of(world, "connection.discarded").size() == 1);
}

}  // namespace tenon::test
