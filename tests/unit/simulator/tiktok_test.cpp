#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

const fields asking = {
    {"client_key", "demo-client"},
    {"redirect_uri", here},
    {"response_type", "code"},
    {"scope", "user.info.basic,video.list"},
    {"state", "s1"}};

auto authorize(client& c, const fields& asked) -> sim_response {
    return c.get("/v2/auth/authorize/", asked);
}

auto form_of(const std::string& code) -> fields {
    return {
        {"client_key", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "authorization_code"},
        {"redirect_uri", here},
        {"code", code}};
}

auto refresh_form(const std::string& token) -> fields {
    return {
        {"client_key", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "refresh_token"},
        {"refresh_token", token}};
}

auto tokens(client& c) -> nlohmann::json {
    return body(c.post("/v2/oauth/token/", form_of(c.redirected(authorize(c, asking)).get("code")))
    );
}

auto error_of(const sim_response& answer) -> std::string {
    return body(answer).value("error", "<none>");
}

}  // namespace

TEST_CASE("tiktok: a redirect URI has no query, even if it were registered") {
    const std::string queried = std::string(here) + "?x=1";
    client c("tiktok", {{"redirect_uris", {queried}}});
    CHECK(authorize(c, with(asking, "redirect_uri", queried)).status == 400);
}

TEST_CASE("tiktok: client_key, commas, and no PKCE on the web") {
    client c("tiktok");
    const auto back = c.redirected(authorize(c, asking));
    CHECK(back.get("scopes") == "user.info.basic,video.list");
    CHECK(back.get("code").find('*') != std::string::npos);  // to be decoded before the exchange
    auto renamed = asking;
    renamed.erase("client_key");
    renamed["client_id"] = "demo-client";
    CHECK(authorize(c, renamed).status == 400);
    CHECK(authorize(c, with(asking, "scope", "user.info.basic video.list")).status == 400);
    CHECK(authorize(c, with(asking, "code_challenge", challenge)).status == 400);
    CHECK(status_of_twice(c, "/v2/auth/authorize/", asking, "state") == 400);
    CHECK(authorize(c, with(asking, "redirect_uri", "http://127.0.0.1:8080/x")).status == 400);
    CHECK(authorize(c, with(asking, "scope", "video.upload,video.publish")).status == 302);
    CHECK(c.get("/v2/auth/authorize", asking).status == 404);  // the slash counts
    CHECK(c.redirected(authorize(c, with(asking, "deny", "1"))).get("error") == "access_denied");
}

TEST_CASE("tiktok: desktop apps send the challenge in hexadecimal, mobile ones in base64url") {
    client desktop("tiktok", {{"app", "desktop"}});
    auto asked = with(asking, "code_challenge_method", "S256");
    CHECK(authorize(desktop, asked).status == 400);
    CHECK(authorize(desktop, with(asked, "code_challenge", challenge)).status == 400);
    const auto code =
        desktop.redirected(authorize(desktop, with(asked, "code_challenge", hex_challenge)))
            .get("code");
    CHECK(error_of(desktop.post("/v2/oauth/token/", form_of(code))) == "invalid_request");
    CHECK(
        error_of(desktop.post(
            "/v2/oauth/token/", with(form_of(code), "code_verifier", std::string(43, 'a'))
        )) == "invalid_request"
    );
    CHECK(
        desktop.post("/v2/oauth/token/", with(form_of(code), "code_verifier", verifier)).status ==
        200
    );
    client mobile("tiktok", {{"app", "mobile"}});
    CHECK(authorize(mobile, with(asked, "code_challenge", hex_challenge)).status == 400);
    CHECK(authorize(mobile, with(asked, "code_challenge", challenge)).status == 302);
}

TEST_CASE("tiktok: the token endpoint takes a form with the credentials in it") {
    client c("tiktok");
    const auto form = form_of(c.redirected(authorize(c, asking)).get("code"));
    CHECK(error_of(c.post("/v2/oauth/token/", form, basic())) == "invalid_request");
    CHECK(
        error_of(c.post("/v2/oauth/token/", with(form, "client_secret", "x"))) == "invalid_client"
    );
    CHECK(
        error_of(
            c.send({"POST", "/v2/oauth/token/", {}, {{"content-type", "application/json"}}, "{}"})
        ) == "invalid_request"
    );
    CHECK(c.get("/v2/oauth/token/", form).status == 405);
    CHECK(
        error_of(c.post("/v2/oauth/token/", with(form, "redirect_uri", "http://x"))) ==
        "invalid_request"
    );
    CHECK(
        error_of(c.post("/v2/oauth/token/", with(form, "grant_type", "x"))) ==
        "unsupported_grant_type"
    );
    const auto granted = body(c.post("/v2/oauth/token/", form));
    CHECK(granted["expires_in"] == 7200);
    CHECK(granted["refresh_expires_in"] == 15552000);
    CHECK(granted["open_id"] == "-000demou1");
    CHECK(error_of(c.post("/v2/oauth/token/", form)) == "invalid_grant");
}

TEST_CASE("tiktok: a refresh rotates, and the old token is dead at once") {
    client c("tiktok");
    const auto first = tokens(c);
    const auto second = c.post("/v2/oauth/token/", refresh_form(first["refresh_token"]));
    CHECK(second.status == 200);
    CHECK(
        error_of(c.post("/v2/oauth/token/", refresh_form(first["refresh_token"]))) ==
        "invalid_grant"
    );
    CHECK(c.actor->count().refresh_reuses == 1);
    CHECK(c.post("/v2/oauth/token/", refresh_form(body(second)["refresh_token"])).status == 200);
}

TEST_CASE("tiktok: errors may come with status 200") {
    client c("tiktok", {{"errors_with_200", true}});
    const auto answer = c.post("/v2/oauth/token/", refresh_form("x"));
    CHECK(answer.status == 200);
    CHECK(error_of(answer) == "invalid_grant");
    CHECK(c.actor->count().refused == 1);
}

TEST_CASE("tiktok: the profile needs fields, and each field its scope") {
    client c("tiktok");
    const std::string token = tokens(c)["access_token"];
    const auto ask = [&](const std::string& names) {
        return c.get("/v2/user/info/", {{"fields", names}}, bearer_of(token));
    };
    CHECK(body(ask("open_id,display_name"))["data"]["user"]["open_id"] == "-000demou1");
    CHECK(body(ask(""))["error"]["code"] == "invalid_params");
    CHECK(ask("follower_count").status == 401);
    CHECK(body(ask("follower_count"))["error"]["code"] == "scope_not_authorized");
    CHECK(c.get("/v2/user/info/", {{"fields", "open_id"}, {"access_token", token}}).status == 401);
}

TEST_CASE("tiktok: revoking takes the access token and ends the grant") {
    client c("tiktok");
    const auto granted = tokens(c);
    fields form = {
        {"client_key", "demo-client"},
        {"client_secret", "demo-secret"},
        {"token", granted["access_token"]}};
    CHECK(c.post("/v2/oauth/revoke/", with(form, "token", granted["refresh_token"])).status == 400);
    CHECK(c.post("/v2/oauth/revoke/", form).status == 200);
    CHECK(c.post("/v2/oauth/token/", refresh_form(granted["refresh_token"])).status == 400);
    CHECK(c.actor->count().revokes == 1);
}
