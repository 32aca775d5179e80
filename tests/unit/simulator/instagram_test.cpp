#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

const fields asking = {
    {"client_id", "demo-client"},
    {"redirect_uri", here},
    {"response_type", "code"},
    {"scope", "instagram_business_basic,instagram_business_manage_insights"},
    {"state", "s1"}};

auto exchange_form(const std::string& code) -> fields {
    return {
        {"client_id", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "authorization_code"},
        {"redirect_uri", here},
        {"code", code}};
}

auto code_of(client& c) -> std::string {
    return c.redirected(c.get("/oauth/authorize", asking)).get("code");
}

auto short_token(client& c) -> std::string {
    const auto answer = body(c.post("/oauth/access_token", exchange_form(code_of(c))));
    return (answer.contains("data") ? answer["data"][0] : answer)["access_token"];
}

auto long_token(client& c) -> std::string {
    return body(c.get(
        "/access_token", {{"grant_type", "ig_exchange_token"},
                          {"client_secret", "demo-secret"},
                          {"access_token", short_token(c)}}
    ))["access_token"];
}

auto refresh(client& c, const std::string& token) -> sim_response {
    return c.get(
        "/refresh_access_token", {{"grant_type", "ig_refresh_token"}, {"access_token", token}}
    );
}

}  // namespace

TEST_CASE("instagram: the redirect ends with #_, and a refusal says user_denied") {
    client c("instagram");
    CHECK(c.get("/oauth/authorize", asking).headers.front().second.ends_with("#_"));
    const auto denied = c.redirected(c.get("/oauth/authorize", with(asking, "deny", "1")));
    CHECK(denied.get("error") == "access_denied");
    CHECK(denied.get("error_reason") == "user_denied");
}

TEST_CASE("instagram: wrong authorization requests end on a page") {
    client c("instagram");
    CHECK(c.get("/oauth/authorize", with(asking, "client_id", "x")).status == 400);
    CHECK(status_of_twice(c, "/oauth/authorize", asking, "state") == 400);
    CHECK(
        c.get("/oauth/authorize", with(asking, "redirect_uri", std::string(here) + "/")).status ==
        400
    );
    CHECK(c.get("/oauth/authorize", with(asking, "scope", "business_basic")).status == 400);
    CHECK(c.get("/oauth/authorize", with(asking, "code_challenge", challenge)).status == 400);
    CHECK(c.get("/oauth/authorize", with(asking, "response_type", "token")).status == 400);
}

TEST_CASE("instagram: a code is taken by form, once, in an hour, with credentials in the body") {
    client c("instagram");
    const auto form = exchange_form(code_of(c));
    const auto refused = [&](const sim_response& answer) {
        return answer.status == 400 && body(answer).contains("error_message");
    };
    CHECK(refused(c.post("/oauth/access_token", form, basic())));
    CHECK(refused(c.post("/oauth/access_token", with(form, "client_secret", "x"))));
    CHECK(refused(c.post("/oauth/access_token", with(form, "redirect_uri", "http://127.0.0.1/x"))));
    CHECK(refused(c.post("/oauth/access_token", with(form, "grant_type", "refresh_token"))));
    CHECK(refused(
        c.send({"POST", "/oauth/access_token", {}, {{"content-type", "application/json"}}, "{}"})
    ));
    CHECK(c.get("/oauth/access_token", form).status == 405);
    const auto answer = body(c.post("/oauth/access_token", form));
    CHECK(answer["user_id"] == 17841400000000001);
    CHECK(answer["permissions"].is_array());
    CHECK_FALSE(answer.contains("expires_in"));
    CHECK(
        body(c.post("/oauth/access_token", form))["error_message"] ==
        "Matching code was not found or was already used"
    );
    CHECK(c.actor->count().code_reuses == 1);
    const auto late = exchange_form(code_of(c));
    c.now += std::chrono::hours(1);
    CHECK(refused(c.post("/oauth/access_token", late)));
}

TEST_CASE("instagram: the documented shape wraps everything in data") {
    client c("instagram", {{"wrapped", true}});
    const auto answer = body(c.post("/oauth/access_token", exchange_form(code_of(c))));
    CHECK(answer["data"][0]["permissions"].is_string());
    const auto me =
        body(c.get("/v26.0/me", {{"fields", "user_id"}, {"access_token", long_token(c)}}));
    CHECK(me["data"][0]["user_id"] == "17841400000000001");
}

TEST_CASE("instagram: only a live short-lived token can be exchanged, with the secret, by GET") {
    client c("instagram");
    const auto token = short_token(c);
    fields query = {
        {"grant_type", "ig_exchange_token"},
        {"client_secret", "demo-secret"},
        {"access_token", token}};
    CHECK(c.get("/access_token", with(query, "client_secret", "x")).status == 400);
    CHECK(c.get("/access_token", with(query, "grant_type", "x")).status == 400);
    CHECK(c.post("/access_token", query).status == 400);
    const auto answer = body(c.get("/access_token", query));
    CHECK(answer["expires_in"] == 5184000);
    CHECK(
        c.get("/access_token", with(query, "access_token", answer["access_token"])).status == 400
    );
    c.now += std::chrono::hours(1);
    CHECK(body(c.get("/access_token", query))["error"]["code"] == 190);
}

TEST_CASE("instagram: a token refreshes itself after a day, and the old one lives on") {
    client c("instagram");
    const auto token = long_token(c);
    c.now += std::chrono::hours(24) - std::chrono::milliseconds(1);
    CHECK(refresh(c, token).status == 400);
    c.now += std::chrono::milliseconds(1);
    const auto fresh = refresh(c, token);
    CHECK(fresh.status == 200);
    CHECK(body(fresh)["access_token"] != token);
    CHECK(c.get("/me", {{"access_token", token}}).status == 200);
    CHECK(refresh(c, short_token(c)).status == 400);
    c.now += std::chrono::hours(24 * 60);
    CHECK(body(refresh(c, token))["error"]["code"] == 190);
    CHECK(c.actor->count().refreshes == 1);
}

TEST_CASE("instagram: the profile answers what is asked for, as text ids") {
    client c("instagram");
    const auto token = long_token(c);
    const auto me =
        body(c.get("/v26.0/me", {{"fields", "user_id,username,followers_count"}}, bearer_of(token))
        );
    CHECK(me["user_id"].is_string());
    CHECK(me["username"] == "demo_user_1");
    CHECK_FALSE(me.contains("name"));
    CHECK(c.get("/v26.0/me", {{"fields", "nonsense"}, {"access_token", token}}).status == 400);
    CHECK(body(c.get("/v26.0/me", {{"access_token", "x"}}))["error"]["code"] == 190);
}
