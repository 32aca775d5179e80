// Where providers of the plain kind depart from it.
#include "unit/simulator/plain.hpp"

using namespace tenon::sim;

namespace {

auto error_of(const sim_response& answer) -> std::string {
    return body(answer).value("error", "<none>");
}

}  // namespace

TEST_CASE("github: errors of the token endpoint have names of their own, under 200") {
    plain_client c(plain_github());
    const auto form = c.code_form(c.code());
    const auto wrong = c.ask(with(form, "client_secret", "x"));
    CHECK(wrong.status == 200);
    CHECK(error_of(wrong) == "incorrect_client_credentials");
    CHECK(error_of(c.ask(with(form, "redirect_uri", "http://x"))) == "redirect_uri_mismatch");
    CHECK(error_of(c.ask(with(form, "code", "x"))) == "bad_verification_code");
    CHECK(error_of(c.refresh("ghr_none")) == "bad_refresh_token");
    CHECK(c.actor->count().refused == 4);
}

TEST_CASE("github: without Accept the answer is a form") {
    plain_client c(plain_github());
    c.at.headers.clear();
    const parameters granted(c.ask(c.code_form(c.code())).body);
    CHECK(granted.get("access_token").starts_with("gho_"));
    CHECK(granted.get("token_type") == "bearer");
}

TEST_CASE("github: an OAuth app's token has no end, and scopes come with commas") {
    auto plain = plain_github();
    plain.settings = nlohmann::json::object();
    plain_client c(plain);
    const auto granted = c.tokens();
    CHECK_FALSE(granted.contains("expires_in"));
    CHECK_FALSE(granted.contains("refresh_token"));
    CHECK(granted["scope"] == "read:user,user:email");
    c.now += std::chrono::hours(24 * 3650);
    CHECK(c.read("/user", granted["access_token"]).status == 200);
}

TEST_CASE("github: a refresh ends the old refresh token and the old access token") {
    plain_client c(plain_github());
    const auto granted = c.tokens();
    CHECK(granted["expires_in"] == 28'800);
    CHECK(granted["refresh_token_expires_in"] == 15'897'600);
    CHECK(granted["scope"].get<std::string>().empty());
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK(fresh["refresh_token"] != granted["refresh_token"]);
    CHECK(error_of(c.refresh(granted["refresh_token"])) == "bad_refresh_token");
    CHECK(c.actor->count().refresh_reuses == 1);
    CHECK(c.read("/user", granted["access_token"]).status == 401);
    CHECK(c.read("/user", fresh["access_token"]).status == 200);
}

TEST_CASE("github: the API wants a User-Agent, and tells the address apart") {
    plain_client c(plain_github());
    const std::string token = c.tokens()["access_token"];
    CHECK(c.get("/user", {}, bearer_of(token)).status == 403);
    const auto me = body(c.read("/user", token));
    CHECK(me["id"] == 9'007'199'254'740'994);
    CHECK(me["email"].is_null());
    CHECK(body(c.read("/user/emails", token)).at(1).at("email") == "user1@demo.invalid");
}

TEST_CASE("github: a token or its whole grant is ended by the client, who goes by Basic") {
    const std::string what = GENERATE("token", "grant");
    plain_client c(plain_github());
    const auto granted = c.tokens();
    const std::string access = granted["access_token"];
    const auto ask = [&](header_list heads, const std::string& text) {
        heads.insert(heads.end(), {{"content-type", "application/json"}, {"user-agent", "demo"}});
        return c.send({"DELETE", "/applications/demo-client/" + what, {}, heads, text}).status;
    };
    const auto text = nlohmann::json{{"access_token", access}}.dump();
    CHECK(ask({}, text) == 404);
    CHECK(ask(bearer_of(access), text) == 404);
    CHECK(ask(basic(), "{}") == 422);
    CHECK(ask(basic(), text) == 204);
    CHECK(ask(basic(), text) == 404);
    CHECK(c.read("/user", access).status == 401);
    CHECK(is_refused(c.refresh(granted["refresh_token"])) == (what == "grant"));
}

TEST_CASE("discord: a User-Agent of another form is turned away, and either token ends all") {
    plain_client c(plain_discord());
    const auto granted = c.tokens();
    const std::string access = granted["access_token"];
    CHECK(c.get("/api/v10/users/@me", {}, bearer_of(access)).status == 403);
    CHECK(body(c.read("/api/v10/users/@me", access))["email"] == "user1@demo.invalid");
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK(is_refused(c.refresh(granted["refresh_token"])));
    CHECK(c.read("/api/v10/users/@me", access).status == 200);
    const auto ended = c.post("/api/oauth2/token/revoke", c.form({{"token", access}}), c.heads());
    CHECK(ended.status == 200);
    CHECK(is_refused(c.refresh(fresh["refresh_token"])));
}

TEST_CASE("discord: bot and webhook come with the tokens") {
    auto plain = plain_discord();
    plain.asking["scope"] = "identify bot webhook.incoming";
    const auto granted = plain_client(plain).tokens();
    CHECK(granted["guild"].contains("id"));
    CHECK(granted["webhook"].contains("token"));
}

TEST_CASE("linkedin: the refresh token stays the same, and its year does not begin anew") {
    plain_client c(plain_linkedin());
    const auto granted = c.tokens();
    CHECK(granted["scope"] == "openid,profile,email");
    c.now += std::chrono::hours(24 * 100);
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK(fresh["refresh_token"] == granted["refresh_token"]);
    CHECK(fresh["refresh_token_expires_in"] == 265 * 86'400);
    c.now += std::chrono::hours(24 * 266);
    CHECK(is_refused(c.refresh(granted["refresh_token"])));
}

TEST_CASE("linkedin: PKCE and unknown scopes are refused, and only partners refresh") {
    auto plain = plain_linkedin();
    plain.settings = {{"partner", false}};
    plain_client c(plain);
    CHECK_FALSE(c.tokens().contains("refresh_token"));
    CHECK(c.redirected(c.authorize(with_pkce(c.asked()))).get("error") == "invalid_request");
    CHECK(
        c.redirected(c.authorize(with(c.asked(), "scope", "openid,profile"))).get("error") ==
        "invalid_scope"
    );
    CHECK(
        c.redirected(c.authorize(with(c.asked(), "deny", "1"))).get("error") ==
        "user_cancelled_login"
    );
}

TEST_CASE("microsoft: only the tenant's address is served, and protocol scopes are not echoed") {
    plain_client c(plain_microsoft());
    CHECK(c.get("/other/oauth2/v2.0/authorize", c.asked()).status == 401);
    CHECK(c.get("/oauth2/v2.0/authorize", c.asked()).status == 401);
    const auto granted = c.tokens();
    CHECK(granted["scope"] == "User.Read");
    CHECK(granted.contains("id_token"));
    CHECK(body(c.get("/common/discovery/v2.0/keys")).contains("keys"));
    CHECK(
        c.redirected(c.authorize(with(c.asked(), "response_mode", "web"))).get("error") ==
        "invalid_request"
    );
}

TEST_CASE("microsoft: a refresh renews the refresh token without ending the old one") {
    plain_client c(plain_microsoft());
    const auto granted = c.tokens();
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK(fresh["refresh_token"] != granted["refresh_token"]);
    CHECK_FALSE(is_refused(c.refresh(granted["refresh_token"])));
    const auto wider = c.ask(c.form(
        {{"grant_type", "refresh_token"},
         {"refresh_token", granted["refresh_token"]},
         {"scope", "User.Read Mail.Read"}}
    ));
    CHECK(error_of(wider) == "invalid_scope");
    CHECK(body(wider)["error_codes"].at(0) == 70011);
    auto plain = plain_microsoft();
    plain.asking["scope"] = "openid User.Read";
    CHECK_FALSE(plain_client(plain).tokens().contains("refresh_token"));
}

TEST_CASE("reddit: who does not say who is asking is throttled") {
    plain_client c(plain_reddit());
    for (const char* const agent : {"curl/8.0", "tenon/1.0", "web:demo:1.0", "demo (by /u/demo)"}) {
        INFO(agent);
        const auto form = c.code_form(c.code());
        auto heads = basic();
        heads.emplace_back("user-agent", agent);
        CHECK(c.post(c.at.token_path, form, heads).status == 429);
    }
}

TEST_CASE("reddit: errors come under 200 or with numbers, and the refresh token stays") {
    plain_client c(plain_reddit());
    const auto wrong = c.ask(c.code_form("unknown"));
    CHECK(wrong.status == 200);
    CHECK(error_of(wrong) == "invalid_grant");
    const auto dead = c.refresh("unknown");
    CHECK(dead.status == 400);
    CHECK(body(dead)["error"] == 400);
    const auto granted = c.tokens();
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK_FALSE(fresh.contains("refresh_token"));
    CHECK_FALSE(is_refused(c.refresh(granted["refresh_token"])));
    auto plain = plain_reddit();
    plain.asking.erase("duration");
    CHECK_FALSE(plain_client(plain).tokens().contains("refresh_token"));
}

TEST_CASE("reddit: a refresh token takes its access tokens along, an access token only itself") {
    plain_client c(plain_reddit());
    const auto granted = c.tokens();
    const auto end = [&](const char* which) {
        return c.post("/api/v1/revoke_token", {{"token", granted[which]}}, c.heads());
    };
    CHECK(end("access_token").status == 204);
    CHECK(c.read("/api/v1/me", granted["access_token"]).status == 401);
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    const auto me = body(c.read("/api/v1/me", fresh["access_token"]));
    CHECK(me["icon_img"].get<std::string>().find("&amp;") != std::string::npos);
    CHECK(end("refresh_token").body.empty());
    CHECK(c.read("/api/v1/me", fresh["access_token"]).status == 401);
}

TEST_CASE("x: PKCE and state are required, and a code lives for half a minute") {
    plain_client c(plain_x());
    auto bare = c.asked();
    bare.erase("code_challenge");
    bare.erase("code_challenge_method");
    CHECK(c.redirected(c.authorize(bare)).get("error") == "invalid_request");
    CHECK(
        c.redirected(c.authorize(with(c.asked(), "state", std::string(501, 's')))).get("error") ==
        "invalid_request"
    );
    const auto form = c.code_form(c.code());
    c.now += std::chrono::seconds(30);
    const auto late = c.ask(form);
    CHECK(late.status == 400);
    CHECK(error_of(late) == "invalid_request");
}

TEST_CASE("x: a refresh token is good once, and a revocation ends one token") {
    plain_client c(plain_x());
    const auto granted = c.tokens();
    const auto fresh = body(c.refresh(granted["refresh_token"]));
    CHECK(is_refused(c.refresh(granted["refresh_token"])));
    CHECK(c.actor->count().refresh_reuses == 1);
    const auto ended = c.post("/2/oauth2/revoke", {{"token", fresh["refresh_token"]}}, c.heads());
    CHECK(body(ended)["revoked"] == true);
    CHECK(is_refused(c.refresh(fresh["refresh_token"])));
    CHECK(c.read("/2/users/me", fresh["access_token"]).status == 200);
    CHECK(c.read("/2/users/me", fresh["access_token"], {{"user.fields", "no_such"}}).status == 400);
}

TEST_CASE("x: a public client gives its id only") {
    auto plain = plain_x();
    plain.settings = {{"public_client", true}};
    plain.client = client_place::id_only;
    plain_client c(plain);
    auto form = c.code_form(c.code());
    CHECK(is_refused(c.ask(form)));
    form.erase("client_secret");
    CHECK(is_refused(c.ask(with(form, "client_id", "x"))));
    CHECK_FALSE(is_refused(c.ask(form)));
}
