// Asana, Jira, Linear, Notion and Salesforce: where they depart from the plain provider.
#include "unit/simulator/plain.hpp"

using namespace tenon::sim;

namespace {

auto plain_jira() -> plain_provider {
    return {
        "jira",
        "/authorize",
        "/oauth/token",
        {{"audience", "api.atlassian.com"},
         {"prompt", "consent"},
         {"scope", "read:me read:jira-work offline_access"}}};
}

auto plain_linear() -> plain_provider {
    return {
        "linear",
        "/oauth/authorize",
        "/oauth/token",
        {{"scope", "read,write"}, {"prompt", "consent"}}};
}

auto plain_notion() -> plain_provider {
    return {
        .name = "notion",
        .authorize_path = "/v1/oauth/authorize",
        .token_path = "/v1/oauth/token",
        .asking = {{"owner", "user"}},
        .client = client_place::header,
        .headers = {{"notion-version", "2025-09-03"}},
        .speaks_json = true};
}

auto with_settings(plain_provider of, nlohmann::json settings) -> plain_provider {
    of.settings = std::move(settings);
    return of;
}

auto error_of(plain_client& c, const std::string& name, const std::string& value) -> std::string {
    return c.redirected(c.authorize(with(c.asked(), name, value))).get("error");
}

auto refresh_of(plain_client& c, const nlohmann::json& granted) -> sim_response {
    return c.refresh(granted["refresh_token"]);
}

}  // namespace

TEST_CASE("workplace: a code is taken once, from its client, for its redirect URI") {
    plain_client c(GENERATE(plain_jira(), plain_linear(), plain_notion()));
    CAPTURE(c.at.name);
    const auto form = c.code_form(c.code());
    CHECK(is_refused(c.ask(with(form, "redirect_uri", "http://127.0.0.1/x"))));
    CHECK(is_refused(c.ask(with(form, "grant_type", "password"))));
    CHECK(is_refused(c.ask(with(form, "code_verifier", verifier))));
    CHECK(is_refused(c.ask(with(form, "client_secret", "x"))));
    CHECK(is_refused(c.send({"POST", c.at.token_path, encoded(form), c.heads(), {}})));
    CHECK_FALSE(is_refused(c.ask(form)));
    CHECK(is_refused(c.ask(form)));
    CHECK(c.actor->count().code_reuses == 1);
    CHECK(status_of_twice(c, c.at.authorize_path, c.asked(), "state") == 400);
}

TEST_CASE("asana: a state is needed, and full permissions and granular ones don't mix") {
    plain_client c(plain_asana());
    CHECK(error_of(c, "state", "") == "invalid_request");
    CHECK(error_of(c, "scope", "default tasks:read") == "forbidden_scopes");
    CHECK(error_of(c, "scope", "everything") == "invalid_scope");
    CHECK(error_of(c, "scope", "default").empty());
}

TEST_CASE("asana: the refresh token stays, and it alone can be revoked") {
    plain_client c(plain_asana());
    const auto got = c.tokens();
    CHECK(got["data"]["gid"] == "4673218951");
    const auto again = body(refresh_of(c, got));
    CHECK_FALSE(again.contains("refresh_token"));
    const auto me = body(c.read("/api/1.0/users/me", again["access_token"]));
    CHECK(me["data"]["gid"] == "4673218951");
    const auto revoke = [&](const std::string& token) {
        return c.post("/-/oauth_revoke", c.form({{"token", token}})).status;
    };
    CHECK(c.post("/-/oauth_revoke", {{"token", got["refresh_token"]}}).status == 401);
    CHECK(revoke(got["access_token"]) == 400);
    CHECK(revoke("unknown") == 200);
    CHECK(revoke(got["refresh_token"]) == 200);
    CHECK(refresh_of(c, got).status == 400);
    const auto dead = c.read("/api/1.0/users/me", again["access_token"]);
    CHECK(dead.status == 401);
    CHECK(body(dead)["errors"].is_array());
}

TEST_CASE("jira: the audience is needed, and offline access for a refresh token") {
    plain_client c(plain_jira());
    CHECK(error_of(c, "audience", "") == "invalid_request");
    CHECK(error_of(c, "state", "") == "invalid_request");
    c.at.speaks_json = true;
    CHECK(c.tokens()["refresh_token"].is_string());
    c.at.asking["scope"] = "read:me";
    CHECK_FALSE(c.tokens().contains("refresh_token"));
}

TEST_CASE("jira: refresh tokens rotate; ten minutes later a reuse ends the whole family") {
    plain_client c(plain_jira());
    const auto got = c.tokens();
    const auto second = body(refresh_of(c, got));
    CHECK(second["refresh_token"] != got["refresh_token"]);
    CHECK(refresh_of(c, got).status == 200);
    c.now += std::chrono::minutes(10);
    const auto refused = refresh_of(c, got);
    CHECK(refused.status == 403);
    CHECK(body(refused)["error"] == "unauthorized_client");
    CHECK(c.actor->count().refresh_reuses == 1);
    CHECK(c.actor->count().families_revoked == 1);
    CHECK(refresh_of(c, second).status == 403);
    const auto wrong = c.ask(with(c.code_form(c.code()), "client_secret", "x"));
    CHECK(wrong.status == 401);
    CHECK(body(wrong)["error"] == "access_denied");
}

TEST_CASE("jira: sites are those of the scopes, each product an entry") {
    plain_client c(with_settings(plain_jira(), {{"sites", 1}}));
    const std::string token = c.tokens()["access_token"];
    const auto list = body(c.read("/oauth/token/accessible-resources", token));
    REQUIRE(list.size() == 1);
    CHECK(list[0]["url"] == "https://demo-u1-1.atlassian.net");
    CHECK(body(c.read("/me", token))["account_id"] == "5b10demo1");
    CHECK(c.read("/me", "x").status == 401);
    CHECK(c.post("/me", {}, bearer_of(token)).status == 405);
    c.at.asking["scope"] = "read:jira-work";
    CHECK(c.read("/me", c.tokens()["access_token"]).status == 403);
}

TEST_CASE("linear: commas between scopes, a client in either place, and half an hour's grace") {
    plain_client c(plain_linear());
    CHECK(error_of(c, "scope", "read write") == "invalid_scope");
    CHECK(error_of(c, "actor", "nobody") == "invalid_request");
    const auto got = c.tokens();
    CHECK(got["scope"] == "read write");
    CHECK(refresh_of(c, got).status == 200);
    c.now += std::chrono::minutes(29);
    CHECK(refresh_of(c, got).status == 200);
    c.now += std::chrono::minutes(1);
    CHECK(refresh_of(c, got).status == 400);
    c.at.client = client_place::header;
    CHECK(c.tokens()["refresh_token"].is_string());
    plain_client older(with_settings(plain_linear(), {{"scopes_in_list", true}}));
    CHECK(older.tokens()["scope"] == nlohmann::json{"read", "write"});
}

TEST_CASE("linear: the viewer is asked for by GraphQL, and a token revokes itself") {
    plain_client c(plain_linear());
    const auto got = c.tokens();
    const auto heads = bearer_of(got["access_token"]);
    const fields query = {{"query", "query{viewer{id}}"}};
    const auto viewer = body(c.post_json("/graphql", query, heads));
    CHECK(viewer["data"]["viewer"]["id"] == "0b1d7c1e-demo-1");
    CHECK(c.post("/graphql", query, heads).status == 400);
    CHECK(c.get("/graphql", query, heads).status == 405);
    CHECK(c.send({"POST", "/oauth/revoke", {}, heads, {}}).status == 200);
    const auto dead = c.post_json("/graphql", query, heads);
    CHECK(dead.status == 401);
    CHECK(body(dead)["errors"][0]["extensions"]["code"] == "AUTHENTICATION_ERROR");
    CHECK(refresh_of(c, got).status == 400);
}

TEST_CASE("notion: an owner, no scopes, JSON with Basic, and a version everywhere") {
    plain_client c(plain_notion());
    CHECK(error_of(c, "owner", "") == "invalid_request");
    CHECK(error_of(c, "scope", "read") == "invalid_request");
    CHECK(error_of(c, "code_challenge", challenge) == "invalid_request");
    const auto form = c.code_form(c.code());
    CHECK(c.post(c.at.token_path, form, c.heads()).status == 400);
    CHECK(c.post_json(c.at.token_path, form, c.at.headers).status == 401);
    const auto unversioned = c.post_json(c.at.token_path, form, basic());
    CHECK(unversioned.status == 400);
    CHECK(body(unversioned)["code"] == "missing_version");
    const auto got = body(c.ask(form));
    CHECK_FALSE(got.contains("expires_in"));
    CHECK_FALSE(got.contains("scope"));
    CHECK(got["owner"]["user"]["person"]["email"] == "user1@demo.invalid");
    const std::string token = got["access_token"];
    CHECK(c.get("/v1/users/me", {}, bearer_of(token)).status == 400);
    CHECK(body(c.read("/v1/users/me", token))["bot"]["owner"] == got["owner"]);
}

TEST_CASE("notion: refresh tokens rotate, older apps have none, and either app can be revoked") {
    plain_client c(plain_notion());
    const auto got = c.tokens();
    CHECK(refresh_of(c, got).status == 200);
    CHECK(refresh_of(c, got).status == 400);
    CHECK(c.actor->count().refresh_reuses == 1);
    plain_client older(
        with_settings(plain_notion(), {{"refreshable", false}, {"of_workspace", true}})
    );
    const auto lasting = older.tokens();
    CHECK(lasting["refresh_token"].is_null());
    CHECK(lasting["owner"]["workspace"] == true);
    const std::string token = lasting["access_token"];
    const std::string path = "/v1/oauth/revoke";
    CHECK(older.post_json(path, {{"token", token}}, older.at.headers).status == 401);
    CHECK(older.post_json(path, {{"token", token}}, older.heads()).status == 200);
    CHECK(older.read("/v1/users/me", token).status == 401);
}

TEST_CASE("salesforce: PKCE is required, and a signed identity comes with the tokens") {
    plain_client c(plain_salesforce());
    plain_client unproven(plain_salesforce());
    unproven.at.asking = {{"scope", "api"}};
    CHECK(error_of(unproven, "scope", "api") == "invalid_request");
    const auto got = c.tokens();
    CHECK_FALSE(got.contains("expires_in"));
    CHECK(got["instance_url"] == "https://acme.my.salesforce.com");
    const auto text = got["id"].get<std::string>() + got["issued_at"].get<std::string>();
    CHECK(got["signature"] == to_base64(hmac_sha256("demo-secret", text)));
    CHECK(
        to_base64(hmac_sha256("secret", "https://login.salesforce.com/id/00D/0051558553873237")) ==
        "CP3zISQ0Uxn2EBArp+dcsb2YPrBTU+5fpwcGNfd2auA="
    );
    CHECK(body(c.read("/services/oauth2/userinfo", got["access_token"]))["sub"] == got["id"]);
}

TEST_CASE("salesforce: whether refresh tokens rotate is the app's setting; a token revokes itself"
) {
    const bool rotation = GENERATE(false, true);
    plain_client c(with_settings(plain_salesforce(), {{"rotation", rotation}}));
    const auto got = c.tokens();
    const auto again = body(refresh_of(c, got));
    CHECK(again.contains("refresh_token") == rotation);
    CHECK(refresh_of(c, got).status == (rotation ? 400 : 200));
    const std::string token = again["access_token"];
    CHECK(c.post("/services/oauth2/revoke", {{"token", token}}).status == 200);
    const auto dead = c.read("/services/oauth2/userinfo", token);
    CHECK(dead.status == 401);
    CHECK(body(dead)[0]["errorCode"] == "INVALID_SESSION_ID");
}
