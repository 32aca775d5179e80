#include "unit/oauth2_plugin/fixture.hpp"

#include <algorithm>

using namespace tenon::test;

namespace {

// The keys that the configuration is refused for.
auto refused_keys(const std::map<std::string, std::string>& config) -> std::vector<std::string> {
    world w(acme(config));
    const auto entry = w.entry();
    REQUIRE(entry.state == provider_state::misconfigured);
    std::vector<std::string> keys;
    for (const auto& problem : entry.problems) {
        keys.push_back(problem.field);
    }
    return keys;
}

auto with(const std::string& key, const std::string& text) -> std::map<std::string, std::string> {
    auto config = addresses();
    config[key] = text;
    return config;
}

using keys = std::vector<std::string>;

}  // namespace

TEST_CASE("what is missing is named") {
    CHECK(
        refused_keys({{"userinfo_url", "https://a.example/me"}}) ==
        keys{"authorize_url", "token_url"}
    );
}

TEST_CASE("each wrong key is named") {
    CHECK(refused_keys(with("token_url", "http://id.example/token")) == keys{"token_url"});
    CHECK(refused_keys(with("pkce", "sometimes")) == keys{"pkce"});
    CHECK(refused_keys(with("icon", "javascript:alert(1)")) == keys{"icon"});
    CHECK(refused_keys(with("authorise_url", "https://id.example")) == keys{"authorise_url"});
    CHECK(refused_keys(with("authorize_params", R"({"state": "x"})")) == keys{"authorize_params"});
    CHECK(refused_keys(with("token_params", R"({"client_secret": "x"})")) == keys{"token_params"});
    CHECK(refused_keys(with("headers", R"({"Authorization": "x"})")) == keys{"headers"});
    CHECK(refused_keys(with("refresh", R"({"rotates": "maybe"})")) == keys{"refresh"});
    CHECK(refused_keys(with("refresh", R"({"rotate": "true"})")) == keys{"refresh"});
    CHECK(refused_keys(with("refresh", R"({"reuse_grace": "-1"})")) == keys{"refresh"});
    CHECK(refused_keys(with("token_response", R"({"acount_id": "x"})")) == keys{"token_response"});
    CHECK(refused_keys(with("account", "token")) == keys{"token_response"});
    CHECK(refused_keys(with("connect_params", R"({"a-b": ""})")) == keys{"connect_params"});
    CHECK(refused_keys(with("url_params", R"({"tenant": "a/b"})")) == keys{"url_params"});
}

TEST_CASE("a name that nobody fills in is refused") {
    CHECK(
        refused_keys(with("token_url", "https://id.example/{tenant}/token")) == keys{"token_url"}
    );
    auto config = with("token_url", "https://id.example/{tenant}/token");
    config["url_params"] = R"({"tenant": "common"})";
    world w(acme(config));
    CHECK(w.entry().state == provider_state::enabled);
}

TEST_CASE("an issuer's name is the operator's to fill in, and nobody else's") {
    auto config = with("issuer", "https://{tenant}.id.example");
    config["jwks_url"] = "https://{tenant}.id.example/keys";
    config["url_params"] = R"({"tenant": "north"})";
    world w(acme(config));
    CHECK(w.entry().state == provider_state::enabled);
    CHECK(w.entry().about->issuer == "https://north.id.example");
    CHECK(w.entry().about->jwks_url == "https://north.id.example/keys");
    config.erase("url_params");
    config["connect_params"] = R"({"tenant": ""})";
    CHECK(refused_keys(config) == keys{"issuer", "jwks_url"});
}

TEST_CASE("users can't choose the host to which the client secret goes") {
    for (const std::string url :
         {"https://{host}/token", "https://{host}.com/token", "https://id-{host}x.com/token",
          "https://id.{host}/token"}) {
        auto config = with("token_url", url);
        config["connect_params"] = R"({"host": "[a-z.]+"})";
        INFO(url);
        CHECK(refused_keys(config) == keys{"token_url"});
    }
}

TEST_CASE("without anything that tells whose account it is, the configuration is refused") {
    auto config = addresses();
    config.erase("userinfo_url");
    auto section = acme(config);
    section.scopes = {"read"};
    world w(section);
    REQUIRE(w.entry().problems.size() == 1);
    CHECK(w.entry().problems.front().field == "userinfo_url");
    CHECK(
        w.entry().problems.front().message.find("token_response.account_id") != std::string::npos
    );
}

TEST_CASE("an ID token tells the account only where the host can check it") {
    auto config = addresses();
    config.erase("userinfo_url");
    CHECK(refused_keys(config) == keys{"issuer"});
    CHECK(refused_keys(with("account", "id_token")) == keys{"issuer"});
    config["issuer"] = "http://127.0.0.1:4000";
    world keyless(acme(config), {{"jwks", false}, {"userinfo", false}});
    CHECK_FALSE(run(keyless.providers.acquire("acme")));
    REQUIRE(keyless.entry().problems.size() == 1);
    CHECK(keyless.entry().problems.front().field == "jwks_url");
    world checked(acme(config), {{"userinfo", false}});
    CHECK(checked.connect().account_id == "u1");
}

TEST_CASE("an issuer that takes only pushed authorization requests is refused, and why is told") {
    world w(acme({{"issuer", "http://127.0.0.1:4000"}}), {{"pushed_only", true}});
    CHECK_FALSE(run(w.providers.acquire("acme")));
    REQUIRE(w.entry().problems.size() == 1);
    CHECK(w.entry().problems.front().field == "issuer");
    const auto told = w.entry().problems.front().message;
    CHECK(told.find("require_pushed_authorization_requests") != std::string::npos);
}

TEST_CASE("metadata of another issuer is refused") {
    world w(acme({{"issuer", "http://127.0.0.1:4000/"}}));
    CHECK(w.entry().state == provider_state::undiscovered);
    CHECK_FALSE(w.providers.find("acme"));
}

TEST_CASE("the refresh rules are described") {
    world w(acme(with(
        "refresh",
        R"({"rotates": false, "reuse_grace": 600, "not_before": "5", "default_lifetime": "60", "default_refresh_lifetime": "70",)"
        R"( "absolute_lifetime": "80"})"
    )));
    const auto policy = w.instance()->about().refresh;
    REQUIRE(policy);
    CHECK_FALSE(policy->rotates);
    CHECK(policy->reuse_grace.count() == 600);
    CHECK(policy->not_before.count() == 5);
    CHECK(policy->default_lifetime.count() == 60);
    CHECK(policy->default_refresh_lifetime.count() == 70);
    CHECK(policy->absolute_lifetime.count() == 80);
    world never(acme(with("refresh", R"({"supported": "false"})")));
    CHECK_FALSE(never.instance()->about().refresh);
    CHECK_FALSE(never.instance()->supports(operation_kind::refresh));
}
