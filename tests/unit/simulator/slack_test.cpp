#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

const fields asking = {
    {"client_id", "demo-client"},
    {"redirect_uri", here},
    {"scope", "chat:write,users:read"},
    {"user_scope", "search:read"},
    {"state", "s1"}};

auto access(client& c, const fields& form, header_list headers = basic()) -> nlohmann::json {
    const auto answer = c.post("/api/oauth.v2.access", form, std::move(headers));
    CHECK(answer.status == 200);  // whatever happened
    return body(answer);
}

auto form_of(client& c, const fields& asked = asking) -> fields {
    return {
        {"code", c.redirected(c.get("/oauth/v2/authorize", asked)).get("code")},
        {"redirect_uri", here}};
}

auto refresh_form(const std::string& token) -> fields {
    return {{"grant_type", "refresh_token"}, {"refresh_token", token}};
}

auto error_of(const nlohmann::json& answer) -> std::string {
    CHECK(answer["ok"] == false);
    return answer.value("error", "<none>");
}

}  // namespace

TEST_CASE("slack: scopes are separated by commas, one list at least, and PKCE is opt-in") {
    client c("slack");
    const auto status = [&](const fields& asked) {
        return c.get("/oauth/v2/authorize", asked).status;
    };
    CHECK(status(asking) == 302);
    CHECK(status(with(asking, "scope", "chat:write users:read")) == 400);
    CHECK(status(with(with(asking, "scope", ""), "user_scope", "")) == 400);
    CHECK(status(with(asking, "client_id", "x")) == 400);
    CHECK(status_of_twice(c, "/oauth/v2/authorize", asking, "state") == 400);
    CHECK(status(with(asking, "redirect_uri", std::string(here) + "/sub")) == 302);
    CHECK(status(with(asking, "redirect_uri", std::string(here) + "evil")) == 400);
    CHECK(status(with(asking, "code_challenge", challenge)) == 400);
    client modern("slack", {{"pkce", true}});
    const auto asked =
        with(with(asking, "code_challenge", challenge), "code_challenge_method", "S256");
    const auto form = form_of(modern, asked);
    CHECK(error_of(access(modern, form)) == "invalid_code_verifier");
    CHECK(access(modern, with(form, "code_verifier", verifier))["ok"] == true);
}

TEST_CASE("slack: a code for a bot's and a user's token, with one way of authentication") {
    client c("slack");
    const auto form = form_of(c);
    auto doubled = with(form, "client_id", "demo-client");
    doubled["client_secret"] = "demo-secret";
    CHECK(error_of(access(c, doubled)) == "invalid_arguments");
    CHECK(error_of(access(c, form, basic("ZGVtby1jbGllbnQ6d3Jvbmc="))) == "bad_client_secret");
    CHECK(error_of(access(c, form, {})) == "invalid_client_id");
    CHECK(error_of(access(c, with(form, "redirect_uri", "http://x"))) == "bad_redirect_uri");
    CHECK(error_of(access(c, with(form, "grant_type", "password"))) == "invalid_grant_type");
    CHECK(error_of(body(c.get("/api/oauth.v2.access", form, basic()))) == "invalid_post_type");
    const auto granted = access(c, doubled, {});
    CHECK(granted["token_type"] == "bot");
    CHECK(granted["scope"] == "chat:write,users:read");
    CHECK(granted["authed_user"]["token_type"] == "user");
    CHECK(granted["team"]["id"] == "TDEMO1");
    CHECK_FALSE(granted.contains("refresh_token"));
    CHECK(error_of(access(c, form)) == "code_already_used");
    CHECK(error_of(access(c, with(form, "code", "x"))) == "invalid_code");
    CHECK(c.actor->count().code_reuses == 1);
}

TEST_CASE("slack: with user scopes only there is no token at the top") {
    client c("slack");
    const auto granted = access(c, form_of(c, with(asking, "scope", "")));
    CHECK_FALSE(granted.contains("access_token"));
    CHECK(granted["authed_user"].contains("access_token"));
}

TEST_CASE("slack: with rotation each refresh token works once, and the user's apart from the bot's"
) {
    client c("slack", {{"rotation", true}});
    const auto granted = access(c, form_of(c));
    CHECK(granted["expires_in"] == 43200);
    const auto fresh = access(c, refresh_form(granted["refresh_token"]));
    CHECK(fresh["token_type"] == "bot");
    CHECK(error_of(access(c, refresh_form(granted["refresh_token"]))) == "invalid_refresh_token");
    CHECK(c.actor->count().refresh_reuses == 1);
    const auto user = access(c, refresh_form(granted["authed_user"]["refresh_token"]));
    CHECK(user["token_type"] == "user");
    CHECK(user.contains("access_token"));  // at the top, here too
    // The old access token lives until it expires.
    CHECK(body(c.post("/api/auth.test", {}, bearer_of(granted["access_token"])))["ok"] == true);
    c.now += std::chrono::hours(12);
    CHECK(
        error_of(body(c.post("/api/auth.test", {}, bearer_of(granted["access_token"])))) ==
        "token_expired"
    );
}

TEST_CASE("slack: the API names what is wrong with a token") {
    client c("slack");
    const auto granted = access(c, form_of(c));
    const std::string bot = granted["access_token"];
    const auto test = [&](header_list headers, const fields& form = {}) {
        return body(c.post("/api/auth.test", form, std::move(headers)));
    };
    CHECK(test(bearer_of(bot))["user_id"] == "UDEMOBOT1");
    CHECK(error_of(test({}, {{"token", bot}})) == "not_authed");
    CHECK(error_of(test(bearer_of("x"))) == "invalid_auth");
    const auto info = body(c.get("/api/users.info", {{"user", "UDEMO1"}}, bearer_of(bot)));
    CHECK(info["user"]["name"] == "demo_user_1");
    CHECK_FALSE(info["user"]["profile"].contains("email"));
    const std::string user = granted["authed_user"]["access_token"];
    CHECK(
        error_of(body(c.get("/api/users.info", {{"user", "UDEMO1"}}, bearer_of(user)))) ==
        "missing_scope"
    );
    const auto twice = post_twice(c, "/api/auth.revoke", "test", "1", bearer_of(bot));
    CHECK(error_of(body(twice)) == "invalid_arguments");
    CHECK(body(c.post("/api/auth.revoke", {{"test", "1"}}, bearer_of(bot)))["revoked"] == false);
    CHECK(body(c.post("/api/auth.revoke", {}, bearer_of(bot)))["revoked"] == true);
    CHECK(error_of(test(bearer_of(bot))) == "token_revoked");
    CHECK(test(bearer_of(user))["ok"] == true);
}

TEST_CASE("slack: accounts of one workspace share it") {
    client c("slack", {{"users_per_team", 2}});
    const auto team = [&](const std::string& who) -> std::string {
        return access(c, form_of(c, with(asking, "login_hint", who)))["team"]["id"];
    };
    CHECK(team("u1") == team("u2"));
    CHECK(team("u1") != team("u3"));
}
