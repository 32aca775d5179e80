// OpenID Connect beside the scopes that are configured: a connect asks for its own.
#include "unit/oauth2_plugin/fixture.hpp"

using namespace tenon::test;

TEST_CASE("with an issuer, openid may be asked for at a connect, whatever is configured") {
    auto section = acme({{"issuer", "http://127.0.0.1:4000"}});
    section.scopes = {"profile"};
    world w(section);
    CHECK(w.instance()->about().nonce);
    w.scope = "openid";
    const auto granted = w.connect();
    CHECK_FALSE(granted.id_token.empty());
    const auto profile = w.profile(granted);
    REQUIRE(profile);
    REQUIRE(profile->field("subject") != nullptr);
    CHECK(profile->field("subject")->value == "u1");
}

TEST_CASE("with an issuer, a connect without openid goes on without an ID token") {
    auto config = addresses();
    config["issuer"] = "http://127.0.0.1:4000";
    config["jwks_url"] = "http://127.0.0.1:4000/jwks";
    auto section = acme(config);
    section.scopes = {"profile"};
    world w(section);
    w.scope = "profile";
    CHECK(w.connect().id_token.empty());
}

TEST_CASE("without an issuer, or without its keys, nothing is said of ID tokens") {
    auto config = addresses();
    world without(acme(config));
    CHECK_FALSE(without.instance()->about().nonce);
    const auto profile = without.profile(without.connect());
    REQUIRE(profile);
    CHECK(profile->field("subject") == nullptr);
    config["issuer"] = "http://127.0.0.1:4000";
    world keyless(acme(config), {{"jwks", false}});
    CHECK_FALSE(keyless.instance()->about().nonce);
}
