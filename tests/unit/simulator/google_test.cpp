#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

const fields asking = {
    {"client_id", "demo-client"},
    {"redirect_uri", here},
    {"response_type", "code"},
    {"scope", "openid email https://www.googleapis.com/auth/calendar.readonly"},
    {"state", "s1"},
    {"access_type", "offline"}};

auto authorize(client& c, const fields& asked = asking) -> sim_response {
    return c.get("/o/oauth2/v2/auth", asked);
}

auto form_of(const std::string& code) -> fields {
    return {
        {"client_id", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "authorization_code"},
        {"redirect_uri", here},
        {"code", code}};
}

auto tokens(client& c, const fields& asked = asking) -> nlohmann::json {
    return body(c.post("/token", form_of(c.redirected(authorize(c, asked)).get("code"))));
}

auto refresh(client& c, const std::string& token) -> sim_response {
    return c.post(
        "/token", {{"client_id", "demo-client"},
                   {"client_secret", "demo-secret"},
                   {"grant_type", "refresh_token"},
                   {"refresh_token", token}}
    );
}

auto error_of(const sim_response& answer) -> std::string {
    return body(answer).value("error", "<none>");
}

}  // namespace

TEST_CASE("google: the callback carries iss and the granted scope") {
    client c("google", {{"declined_scopes", {"email"}}});
    const auto back = c.redirected(authorize(c));
    CHECK(back.get("iss") == "https://accounts.google.com");
    CHECK(back.get("scope") == "openid https://www.googleapis.com/auth/calendar.readonly");
    CHECK(back.get("code").find('/') != std::string::npos);
    const auto denied = c.redirected(authorize(c, with(asking, "deny", "1")));
    CHECK(denied.get("error") == "access_denied");
    CHECK_FALSE(denied.has("iss"));
}

TEST_CASE("google: wrong authorization requests end on a page") {
    client c("google");
    for (const auto& [name, value] : fields{
             {"client_id", "x"},
             {"redirect_uri", "http://x"},
             {"response_type", "token"},
             {"scope", "openid,email"},
             {"access_type", "always"},
             {"prompt", "always"},
             {"prompt", "none consent"},
             {"code_challenge", "short"}}) {
        INFO(name);
        CHECK(authorize(c, with(asking, name, value)).status == 400);
    }
    CHECK(status_of_twice(c, "/o/oauth2/v2/auth", asking, "state") == 400);
    CHECK(authorize(c, with(asking, "prompt", "consent select_account")).status == 302);
}

TEST_CASE("google: a refresh token comes with the first offline consent, or with prompt=consent") {
    client c("google");
    CHECK(tokens(c).contains("refresh_token"));
    CHECK_FALSE(tokens(c).contains("refresh_token"));
    CHECK(tokens(c, with(asking, "prompt", "consent")).contains("refresh_token"));
    CHECK_FALSE(tokens(c, with(with(asking, "prompt", "consent"), "access_type", ""))
                    .contains("refresh_token"));
}

TEST_CASE("google: the token endpoint's errors are its own") {
    client c("google");
    const auto form = form_of(c.redirected(authorize(c)).get("code"));
    CHECK(
        error_of(c.post("/token", with(form, "redirect_uri", "http://x"))) ==
        "redirect_uri_mismatch"
    );
    CHECK(c.post("/token", with(form, "client_secret", "x")).status == 401);
    CHECK(error_of(c.post("/token", form, basic())) == "invalid_request");
    CHECK(error_of(c.post("/token", with(form, "code_verifier", verifier))) == "invalid_grant");
    CHECK(c.get("/token", form).status == 405);
    const auto granted = body(c.post("/token", form));
    CHECK(granted["expires_in"] == 3599);
    CHECK(granted.contains("id_token"));
    CHECK(error_of(c.post("/token", form)) == "invalid_grant");
    CHECK(c.actor->count().code_reuses == 1);
}

TEST_CASE("google: a refresh does not rotate, and revoking ends the whole grant") {
    client c("google");
    const auto granted = tokens(c);
    const auto fresh = refresh(c, granted["refresh_token"]);
    CHECK(fresh.status == 200);
    CHECK_FALSE(body(fresh).contains("refresh_token"));
    CHECK(refresh(c, granted["refresh_token"]).status == 200);
    CHECK(
        error_of(post_twice(c, "/revoke", "token", body(fresh)["access_token"])) ==
        "invalid_request"
    );
    CHECK(c.post("/revoke", {{"token", body(fresh)["access_token"]}}).status == 200);
    CHECK(error_of(refresh(c, granted["refresh_token"])) == "invalid_grant");
    CHECK(error_of(c.post("/revoke", {{"token", granted["refresh_token"]}})) == "invalid_token");
    CHECK(c.get("/v1/userinfo", {}, bearer_of(granted["access_token"])).status == 401);
}

TEST_CASE("google: a time-limited grant says so") {
    client c("google", {{"refresh_lifetime_s", 604800}});
    const auto granted = tokens(c);
    CHECK(granted["refresh_token_expires_in"] == 604799);
    c.now += std::chrono::hours(24 * 7);
    CHECK(refresh(c, granted["refresh_token"]).status == 400);
}

TEST_CASE("google: userinfo tells what the scopes allow, to a token in the header") {
    client c("google");
    const std::string token = tokens(c)["access_token"];
    const auto claims = body(c.get("/v1/userinfo", {}, bearer_of(token)));
    CHECK(claims["sub"] == "110248495921238001");
    CHECK(claims["email"] == "user1@demo.invalid");
    CHECK_FALSE(claims.contains("name"));
    CHECK(c.get("/v1/userinfo", {{"access_token", token}}).status == 401);
}
