// Whose the tokens are: what contradicts itself, or lacks a proof that was asked for, is not
// stored.
#include "verbs.hpp"

namespace tenon::test {
namespace {

auto error_of(const result<callback_outcome>& outcome) -> std::string {
    const auto& location = outcome.value().location;
    const sim::parameters told(std::string_view(location).substr(location.find('?') + 1));
    return told.get("error");
}

void check_nothing_stored(oauth_world& world) {
    CHECK(count(world, "connections") == 0);
    CHECK(count(world, "grants") == 0);
    CHECK(count(world, "intents") == 0);
}

}  // namespace

TEST_CASE("an ID token that is wrong in any way, or absent, ends the connect") {
    oauth_world world(any_engine());
    const auto* const fault = GENERATE(
        "issuer", "subject", "audience", "nonce", "signature", "alg_none", "expired", "absent"
    );
    CAPTURE(fault);
    REQUIRE(world.scene.configure({{"id_token_fault", fault}}).empty());
    const auto redirect = world.consent(world.begin(user("ann")), "u1");
    CHECK(error_of(world.finish(redirect)) == "PROVIDER_ERROR");
    check_nothing_stored(world);
    CHECK(count(world, "audit_log WHERE action = 'connection.discarded'") == 1);
}

TEST_CASE("an ID token is as good where openid is asked for at the connect alone") {
    oauth_world world(any_engine());
    world.reconfigure([](provider_settings& section) { section.scopes = {"profile"}; });
    const auto connect = [&](const char* fault, const std::vector<std::string>& scopes) {
        REQUIRE(world.scene.configure({{"id_token_fault", fault}}).empty());
        return world.finish(world.consent(world.begin(user("ann"), scopes), "u1"));
    };
    for (const auto* const fault : {"nonce", "subject", "absent"}) {
        CAPTURE(fault);
        CHECK(error_of(connect(fault, {"openid"})) == "PROVIDER_ERROR");
    }
    check_nothing_stored(world);
    CHECK_THAT(
        connect("none", {"openid"}).value().location, Catch::Matchers::Contains("status=connected")
    );
}

TEST_CASE("where openid is not asked for, no ID token is missed") {
    oauth_world world(any_engine());
    world.reconfigure([](provider_settings& section) {
        section.scopes = {"profile"};
        section.config["token_response"] = {R"({"account_id": "scope"})", true};
    });
    const auto redirect = world.consent(world.begin(user("ann")), "u1");
    CHECK_THAT(
        world.finish(redirect).value().location, Catch::Matchers::Contains("status=connected")
    );
}

TEST_CASE("a flow ends with the redirect URI that it began with, whatever is configured by then") {
    oauth_world world(any_engine());
    const auto redirect = world.consent(world.begin(user("ann")), "u1");
    world.reconfigure([](provider_settings& section) {
        section.redirect_uri = "https://elsewhere.example/callback";
    });
    CHECK_THAT(
        world.finish(redirect).value().location, Catch::Matchers::Contains("status=connected")
    );
}

TEST_CASE("a key that the issuer changed is fetched when it is first met, at most once a minute") {
    oauth_world world(sql_engine::sqlite);
    world.connect(user("ann"), "u1");
    CHECK(world.scene.requests().at("/jwks") == 1);
    const auto change = [&](int key) {
        REQUIRE(world.scene.configure({{"signing_key", key}}).empty());
    };
    change(2);
    const auto early = world.consent(world.begin(user("ann")), "u2");
    CHECK(error_of(world.finish(early)) == "PROVIDER_ERROR");
    CHECK(world.scene.requests().at("/jwks") == 1);
    world.time.advance(std::chrono::seconds(61));
    world.connect(user("ann"), "u2");
    CHECK(world.scene.requests().at("/jwks") == 2);
    change(3);
    const auto again = world.consent(world.begin(user("ann")), "u3");
    CHECK(error_of(world.finish(again)) == "PROVIDER_ERROR");
    CHECK(world.scene.requests().at("/jwks") == 2);
    CHECK(count(world, "connections") == 2);
}

TEST_CASE("an issuer's keys are trusted for a day, and fetched anew after it") {
    oauth_world world(sql_engine::sqlite);
    world.connect(user("ann"), "u1");
    world.time.advance(std::chrono::hours(24) - std::chrono::minutes(1));
    world.connect(user("ann"), "u2");
    CHECK(world.scene.requests().at("/jwks") == 1);
    world.time.advance(std::chrono::minutes(2));
    world.connect(user("ann"), "u3");
    CHECK(world.scene.requests().at("/jwks") == 2);
}

TEST_CASE("a redirect without the issuer that the provider promises is refused") {
    oauth_world world(any_engine());
    const auto redirect = world.consent(world.begin(user("ann")), "u1");
    REQUIRE(redirect.has("iss"));
    const sim::parameters bare("code=" + redirect.get("code") + "&state=" + redirect.get("state"));
    CHECK(error_of(world.finish(bare)) == "ISSUER_MISMATCH");
    check_nothing_stored(world);
}

}  // namespace tenon::test
