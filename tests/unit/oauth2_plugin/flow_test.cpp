#include "unit/oauth2_plugin/fixture.hpp"

using namespace tenon::test;
namespace sim = tenon::sim;

namespace {

auto field(const operation_output& output, std::string_view name) -> std::string {
    const auto* found = output.field(name);
    return found == nullptr ? "<none>" : found->value;
}

}  // namespace

TEST_CASE("an issuer is enough: discovery, connect, profile, refresh, revoke") {
    world w(acme({{"issuer", "http://127.0.0.1:4000"}}));
    const auto about = w.instance()->about();
    CHECK(about.iss_promised);
    CHECK(about.nonce);
    CHECK(about.jwks_url == "http://127.0.0.1:4000/jwks");
    CHECK(about.client_auth == client_authentication::basic);

    const auto back = w.consent();
    CHECK(back.get("state") == "st&te");
    CHECK(back.get("iss") == "http://127.0.0.1:4000");
    const auto done = w.exchange(back.get("code"));
    REQUIRE(done);
    const auto& first = done->grants.front();
    CHECK(first.account_id.empty());  // the profile tells it
    CHECK(first.expires_at == w.time.now() + std::chrono::hours(1));
    CHECK(first.scope == "openid profile email offline_access");
    CHECK_FALSE(first.id_token.empty());

    const auto profile = w.profile(first);
    REQUIRE(profile);
    CHECK(field(*profile, "account_id") == "u1");
    CHECK(field(*profile, "subject") == "u1");
    CHECK(field(*profile, "username") == "demo_user_1");
    CHECK(field(*profile, "display_name") == "Demo User 1 (demo data)");
    CHECK(field(*profile, "email") == "user1@demo.invalid");
    CHECK(field(*profile, "avatar_url") == "https://demo.invalid/avatars/1.png");

    const auto refreshed = w.refresh(first);
    REQUIRE(refreshed);
    const auto& second = refreshed->grants.front();
    CHECK_FALSE(second.access_token.equals(first.access_token));
    CHECK_FALSE(second.refresh_token.equals(first.refresh_token));
    REQUIRE(w.revoke(second));
    CHECK(w.scene.count().revokes == 2);  // the refresh token, then the access token
    const auto after = w.profile(second);
    REQUIRE(after.has_error());
    CHECK(after.error().category == failure_category::token_rejected);
}

TEST_CASE("each way of client authentication is the one that is configured") {
    const auto odd_secret = std::string("p%+ :ö/=");
    for (const std::string method :
         {"client_secret_basic", "client_secret_post", "client_secret_basic_raw", "none"}) {
        auto config = addresses();
        config["token_auth_method"] = method;
        auto section = acme(config);
        section.client_secrets = {secret(odd_secret)};
        world w(section, {{"auth_method", method}, {"client_secret", odd_secret}});
        INFO(method);
        const auto granted = w.connect();
        CHECK(w.refresh(granted));
        CHECK(w.revoke(granted));
        CHECK(w.scene.count().refused == 0);
    }
}

TEST_CASE("the client authentication is taken from the issuer's metadata where it is not configured"
) {
    world w(acme({{"issuer", "http://127.0.0.1:4000"}}), {{"auth_method", "client_secret_post"}});
    w.connect();
    CHECK(w.instance()->about().client_auth == client_authentication::post);
}

TEST_CASE("token requests are JSON where that is configured") {
    auto config = addresses();
    config["token_request_format"] = "json";
    world w(acme(config), {{"request_format", "json"}});
    const auto granted = w.connect();
    CHECK(w.refresh(granted));
    CHECK(w.revoke(granted));
    CHECK(w.scene.count().refused == 0);
}

TEST_CASE("without PKCE neither challenge nor verifier is sent") {
    auto config = addresses();
    config["pkce"] = "never";
    world w(acme(config), {{"pkce", "never"}});
    CHECK(w.instance()->about().pkce == pkce_mode::never);
    w.with_pkce = false;
    w.connect();
}

TEST_CASE("scopes are joined by the configured separator") {
    auto config = addresses();
    config["scope_separator"] = ",";
    world w(acme(config));
    CHECK(
        w.authorize_url().find("scope=openid%2Cprofile%2Cemail%2Coffline_access") !=
        std::string::npos
    );
}

TEST_CASE("further authorization parameters and a fixed query are sent, encoded") {
    auto config = addresses();
    config["authorize_url"] += "?type=web%20server";
    config["authorize_params"] = R"({"prompt": "consent", "app": "{client_id}"})";
    world w(acme(config));
    const auto url = w.authorize_url();
    CHECK(url.find("type=web%20server") != std::string::npos);
    CHECK(url.find("prompt=consent") != std::string::npos);
    CHECK(url.find("app=demo-client") != std::string::npos);
}

TEST_CASE("what people fill in is sent as it is, be the client's id beside it or not") {
    auto config = addresses();
    config["connect_params"] = R"({"hint": ".*"})";
    config["authorize_params"] = R"({"bare": "{hint}", "both": "{client_id} {hint}"})";
    world w(acme(config));
    const auto url = w.authorize_url({{"hint", "$1 ${client_id}"}});
    CHECK(url.find("bare=%241%20%24%7Bclient_id%7D") != std::string::npos);
    CHECK(url.find("both=demo-client%20%241%20%24%7Bclient_id%7D") != std::string::npos);
}

TEST_CASE("a refresh without rotation keeps the old refresh token") {
    world w(acme(addresses()), {{"rotation", false}});
    const auto refreshed = w.refresh(w.connect());
    REQUIRE(refreshed);
    CHECK(refreshed->grants.front().refresh_token.empty());
}

TEST_CASE("a lifetime may be a string of digits, or absent") {
    world text(acme(addresses()), {{"expires_in", "string"}});
    CHECK(text.connect().expires_at == text.time.now() + std::chrono::hours(1));
    world none(acme(addresses()), {{"expires_in", "absent"}});
    CHECK_FALSE(none.connect().expires_at);
}

TEST_CASE("a used refresh token means that the person must reconnect") {
    world w(acme(addresses()));
    const auto granted = w.connect();
    REQUIRE(w.refresh(granted));
    const auto again = w.refresh(granted);
    REQUIRE(again.has_error());
    CHECK(again.error().category == failure_category::revoked);
    CHECK(again.error().code == "invalid_grant");
}

TEST_CASE("a wrong code, a wrong secret and a busy provider are told apart") {
    world w(acme(addresses()));
    const auto wrong = w.exchange("no-such-code");
    REQUIRE(wrong.has_error());
    CHECK(wrong.error().category == failure_category::invalid_code);

    w.scene.inject({"/token", sim::fault_kind::status, 1, 0, 429, 7, false});
    const auto busy = w.exchange("any");
    REQUIRE(busy.has_error());
    CHECK(busy.error().category == failure_category::rate_limited);
    CHECK(busy.error().retry_after == milliseconds(7000));

    REQUIRE(w.scene.configure({{"client_secret", "another"}}).empty());
    const auto misconfigured = w.exchange("any");
    REQUIRE(misconfigured.has_error());
    CHECK(misconfigured.error().category == failure_category::misconfigured);
}

TEST_CASE("an answer that is cut off, or a page, is a failure and never a grant") {
    world w(acme(addresses()));
    using sim::fault_kind;
    for (const auto kind :
         {fault_kind::reset_after_read, fault_kind::close_mid_body, fault_kind::truncated_json,
          fault_kind::html_200}) {
        const auto code = w.consent().get("code");
        w.scene.inject({"/token", kind});
        const auto done = w.exchange(code);
        REQUIRE(done.has_error());
        const bool cut = kind == fault_kind::reset_after_read || kind == fault_kind::close_mid_body;
        CHECK(done.error().grant_reply_pending == cut);
        CHECK(
            done.error().category ==
            (cut ? failure_category::unavailable : failure_category::provider)
        );
    }
}

TEST_CASE("the account comes from the ID token where there is an issuer and no userinfo_url") {
    auto config = addresses();
    config.erase("userinfo_url");
    config["issuer"] = "http://127.0.0.1:4000";
    config["jwks_url"] = "http://127.0.0.1:4000/jwks";
    world w(acme(config));
    CHECK(w.instance()->about().nonce);
    CHECK(w.connect().account_id == "u1");
    CHECK_FALSE(w.instance()->supports(operation_kind::profile));
}

TEST_CASE("the account comes from the token answer where a path says so") {
    auto config = addresses();
    config["token_response"] = R"({"account_id": "scope"})";
    config["metadata"] = R"(["token_type", "absent"])";
    world w(acme(config));
    const auto granted = w.connect();
    CHECK(granted.account_id == "openid profile email offline_access");
    CHECK(granted.metadata_json == R"({"token_type":"Bearer"})");
}

TEST_CASE("account: connection makes each connect an account of its own") {
    auto config = addresses();
    config.erase("userinfo_url");
    config["account"] = "connection";
    world w(acme(config));
    const auto first = w.connect().account_id;
    CHECK(first.starts_with("connection-"));
    CHECK(w.connect().account_id != first);
}

TEST_CASE("account: connection keeps the account that is connected anew") {
    auto config = addresses();
    config.erase("userinfo_url");
    config["account"] = "connection";
    world w(acme(config));
    const auto done = w.exchange(w.consent().get("code"), {}, "connection-1");
    REQUIRE(done);
    CHECK(done->grants.front().account_id == "connection-1");
}

TEST_CASE("users fill in a name before the provider's domain, and nothing else") {
    auto config = addresses();
    config["token_url"] = "https://{shop}.shops.example/token";
    config["base_url"] = "https://{shop}.shops.example/api/{shop}";
    config["connect_params"] = R"({"shop": ""})";
    auto section = acme(config);
    section.origins = {{"https://{shop}.shops.example", "http://127.0.0.1:4000"}};
    world w(section);
    const auto code = w.consent({{"shop", "north"}}).get("code");
    const auto done = w.exchange(code, {{"shop", "north"}});
    REQUIRE(done);
    CHECK(done->grants.front().base_url == "https://north.shops.example/api/north");
    const auto& form = w.instance()->about().connect_fields;
    REQUIRE(form.size() == 1);
    CHECK(check_fields(form, {{"shop", "evil.com/"}}).has_error());
    CHECK(check_fields(form, {{"shop", "a.b"}}).has_error());
    CHECK(check_fields(form, {{"shop", "north-2"}}));
}

TEST_CASE("an account's id is its installation's own, where users name that") {
    auto config = addresses();
    for (auto& [key, url] : config) {
        url = "https://{shop}.shops.example" +
              url.substr(std::string("http://127.0.0.1:4000").size());
    }
    config["connect_params"] = R"({"shop": "[A-Za-z:%]+"})";
    const auto account_at = [](world& w, const std::string& shop) {
        const std::map<std::string, std::string> connect{{"shop", shop}};
        const auto done = w.exchange(w.consent(connect).get("code"), connect);
        REQUIRE(done);
        const auto& tokens = done->grants.front();
        if (!tokens.account_id.empty()) {
            return tokens.account_id;
        }
        const auto profile = w.profile(tokens, connect);
        REQUIRE(profile);
        return profile->field("account_id")->value;
    };
    const auto section_of = [&] {
        auto section = acme(config);
        section.origins = {{"https://{shop}.shops.example", "http://127.0.0.1:4000"}};
        return section;
    };
    SECTION("as the profile tells it") {
        world w(section_of());
        CHECK(account_at(w, "north") == "north:u1");
        CHECK(account_at(w, "North") == "north:u1");
        CHECK(account_at(w, "south") == "south:u1");
    }
    SECTION("as the token answer tells it") {
        config["token_response"] = R"({"account_id": "token_type"})";
        world w(section_of());
        CHECK(account_at(w, "north") == "north:Bearer");
    }
    SECTION("where nobody tells it") {
        config["account"] = "connection";
        world w(section_of());
        const std::map<std::string, std::string> connect{{"shop", "north"}};
        const auto again = [&](const std::string& known) {
            const auto done = w.exchange(w.consent(connect).get("code"), connect, known);
            return done.value().grants.front().account_id;
        };
        CHECK(account_at(w, "north").starts_with("north:connection-"));
        CHECK(again("north:connection-1") == "north:connection-1");
        CHECK(again("south:connection-1").starts_with("north:connection-"));
    }
}
