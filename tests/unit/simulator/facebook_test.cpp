#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

const fields asking = {
    {"client_id", "demo-client"},
    {"redirect_uri", here},
    {"response_type", "code"},
    {"scope", "public_profile,email,pages_show_list"},
    {"state", "s1"}};

auto exchange_form(const std::string& code) -> fields {
    return {
        {"client_id", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "authorization_code"},
        {"redirect_uri", here},
        {"code", code}};
}

auto lengthening(const std::string& token) -> fields {
    return {
        {"client_id", "demo-client"},
        {"client_secret", "demo-secret"},
        {"grant_type", "fb_exchange_token"},
        {"fb_exchange_token", token}};
}

auto proof_of(const std::string& token) -> std::string {
    return to_hex(hmac_sha256("demo-secret", token));
}

auto code_of(client& c, const fields& asked = asking) -> std::string {
    return c.redirected(c.get("/v26.0/dialog/oauth", asked)).get("code");
}

auto short_token(client& c) -> std::string {
    return body(c.post("/v26.0/oauth/access_token", exchange_form(code_of(c))))["access_token"];
}

auto long_token(client& c) -> std::string {
    return body(c.post("/v26.0/oauth/access_token", lengthening(short_token(c))))["access_token"];
}

auto graph(client& c, const std::string& path, const std::string& token, fields query = {})
    -> sim_response {
    query["appsecret_proof"] = proof_of(token);
    return c.get("/v26.0" + path, query, bearer_of(token));
}

auto refusal_of(const sim_response& answer) -> std::pair<int, int> {
    CHECK(answer.status == 400);
    const auto error = body(answer)["error"];
    return {error["code"], error.value("error_subcode", 0)};
}

}  // namespace

TEST_CASE("facebook: the vectors of the proof that the documentation has") {
    CHECK(
        to_hex(hmac_sha256("secret", "EAAB")) ==
        "d74f12571ff86b9314ba90b9bc99b872b0e2586ef3b2dbb825531d5278001f28"
    );
}

TEST_CASE("facebook: the redirect ends with #_=_, and a refusal says user_denied") {
    client c("facebook");
    CHECK(c.get("/v26.0/dialog/oauth", asking).headers.front().second.ends_with("#_=_"));
    const auto denied = c.redirected(c.get("/v26.0/dialog/oauth", with(asking, "deny", "1")));
    CHECK(denied.get("error") == "access_denied");
    CHECK(denied.get("error_reason") == "user_denied");
    CHECK(denied.get("state") == "s1");
}

TEST_CASE("facebook: wrong authorization requests end on a page") {
    client c("facebook");
    const auto status = [&](const char* name, const std::string& value) {
        return c.get("/v26.0/dialog/oauth", with(asking, name, value)).status;
    };
    CHECK(status("client_id", "x") == 400);
    CHECK(status("redirect_uri", std::string(here) + "/") == 400);
    CHECK(status("response_type", "token") == 400);
    CHECK(status("scope", "everything") == 400);
    CHECK(status("code_challenge", challenge) == 400);
    CHECK(status("auth_type", "again") == 400);
    CHECK(status("config_id", "4711") == 400);
    CHECK(status("scope", "email public_profile") == 302);
    CHECK(status_of_twice(c, "/v26.0/dialog/oauth", asking, "state") == 400);
}

TEST_CASE("facebook: a business app's configuration takes the place of scopes") {
    client c("facebook", {{"config_id", "4711"}});
    CHECK(c.get("/v26.0/dialog/oauth", asking).status == 400);
    auto asked = with(with(asking, "scope", ""), "config_id", "4711");
    CHECK(c.get("/v26.0/dialog/oauth", asked).status == 400);
    asked["override_default_response_type"] = "true";
    CHECK(c.get("/v26.0/dialog/oauth", asked).status == 302);
}

TEST_CASE("facebook: a code is taken once, in its time, with credentials in the form") {
    client c("facebook");
    const std::string path = "/v26.0/oauth/access_token";
    const auto form = exchange_form(code_of(c));
    CHECK(refusal_of(c.post(path, form, basic())) == std::pair(101, 0));
    CHECK(refusal_of(c.post(path, with(form, "client_id", ""))) == std::pair(101, 0));
    CHECK(refusal_of(c.post(path, with(form, "client_secret", "x"))) == std::pair(1, 0));
    CHECK(refusal_of(c.post(path, with(form, "grant_type", "password"))) == std::pair(100, 0));
    CHECK(
        refusal_of(c.post(path, with(form, "redirect_uri", "http://x"))) == std::pair(100, 36008)
    );
    CHECK(refusal_of(c.post(path, with(form, "code", "x"))) == std::pair(100, 0));
    const auto json = sim_request{"POST", path, {}, {{"content-type", "application/json"}}, "{}"};
    CHECK(refusal_of(c.send(json)) == std::pair(101, 0));
    const auto twice = sim_request{
        "POST",
        path,
        {},
        {{"content-type", "application/x-www-form-urlencoded"}},
        encoded(form) + "&code=x"};
    CHECK(refusal_of(c.send(twice)) == std::pair(100, 0));
    CHECK(body(c.post(path, form))["token_type"] == "bearer");
    CHECK(refusal_of(c.post(path, form)) == std::pair(100, 36009));
    CHECK(c.actor->count().code_reuses == 1);
    const auto late = exchange_form(code_of(c));
    c.now += std::chrono::minutes(10);
    CHECK(refusal_of(c.post(path, late)) == std::pair(100, 36007));
}

TEST_CASE("facebook: a token is exchanged for a long-lived one, also by GET, while it lives") {
    client c("facebook");
    const std::string path = "/v26.0/oauth/access_token";
    const auto token = short_token(c);
    CHECK(body(c.get(path, lengthening(token)))["expires_in"] == 5'184'000);
    const std::string longer = body(c.post(path, lengthening(token)))["access_token"];
    CHECK(c.actor->count().refreshes == 0);
    CHECK(c.post(path, lengthening(longer)).status == 200);
    CHECK(c.actor->count().refreshes == 1);
    CHECK(refusal_of(c.post(path, with(lengthening(longer), "client_secret", "x"))).first == 1);
    c.now += std::chrono::hours(2);
    CHECK(refusal_of(c.post(path, lengthening(token))).first == 190);
    client for_ever("facebook", {{"everlasting", true}});
    CHECK_FALSE(body(for_ever.post(path, lengthening(short_token(for_ever)))).contains("expires_in")
    );
}

TEST_CASE("facebook: a server's calls carry the proof of the token that they carry") {
    client c("facebook");
    const auto token = long_token(c);
    CHECK(graph(c, "/me", token).status == 200);
    CHECK(refusal_of(c.get("/v26.0/me", {}, bearer_of(token))).first == 100);
    CHECK(
        refusal_of(c.get("/v26.0/me", {{"appsecret_proof", proof_of("x")}}, bearer_of(token)))
            .first == 100
    );
    CHECK(
        c.get(
             "/v26.0/me", {{"access_token", token}, {"appsecret_proof", proof_of(token)}}
        ).status == 200
    );
    CHECK(graph(c, "/me", token, {{"access_token", token}}).status == 400);
    CHECK(refusal_of(graph(c, "/me", "unknown")).first == 190);
    CHECK(c.get("/me", {}, bearer_of(token)).status == 400);
    client lax("facebook", {{"require_proof", false}});
    CHECK(lax.get("/v26.0/me", {}, bearer_of(long_token(lax))).status == 200);
}

TEST_CASE("facebook: the profile answers what is asked for and was granted") {
    client c("facebook", {{"declined_scopes", {"email"}}});
    const auto token = long_token(c);
    const auto me = body(graph(c, "/me", token, {{"fields", "id,name,email,picture{url}"}}));
    CHECK(me["id"] == "10221");
    CHECK(me["picture"]["data"]["url"].is_string());
    CHECK_FALSE(me.contains("email"));
    CHECK(graph(c, "/me", token, {{"fields", "nonsense"}}).status == 400);
    const auto permissions = body(graph(c, "/me/permissions", token))["data"];
    CHECK(
        permissions[0] == nlohmann::json{{"permission", "public_profile"}, {"status", "granted"}}
    );
    CHECK(permissions[1]["status"] == "declined");
}

TEST_CASE("facebook: pages have tokens, which do not expire, but die with the person's grant") {
    client c("facebook", {{"pages", 3}});
    const auto token = long_token(c);
    const fields two = {{"fields", "id,name,access_token"}, {"limit", "2"}};
    const auto first = body(graph(c, "/me/accounts", token, two));
    REQUIRE(first["data"].size() == 2);
    const auto rest = body(
        graph(c, "/me/accounts", token, with(two, "after", first["paging"]["cursors"]["after"]))
    );
    CHECK(rest["data"].size() == 1);
    CHECK_FALSE(rest.contains("paging"));
    const std::string id = first["data"][0]["id"];
    const auto page = body(graph(
        c, "/" + id, token,
        {{"fields", "access_token,tasks,instagram_business_account{id,username}"}}
    ));
    const std::string page_token = page["access_token"];
    CHECK(page["instagram_business_account"]["id"] == "1784" + id);
    CHECK(graph(c, "/4711", token, {{"fields", "id"}}).status == 400);
    const auto removal = [&](const std::string& by) {
        return c.send(
            {"DELETE",
             "/v26.0/me/permissions",
             "appsecret_proof=" + proof_of(by),
             bearer_of(by),
             {}}
        );
    };
    c.now += std::chrono::hours(24 * 59);
    CHECK(body(graph(c, "/me", page_token))["id"] == id);
    CHECK(removal(page_token).status == 400);
    CHECK(body(removal(token))["success"] == true);
    CHECK(refusal_of(graph(c, "/me", page_token)).first == 190);
    CHECK(c.actor->count().revokes == 1);
}

TEST_CASE("facebook: without pages_show_list there are no pages") {
    client c("facebook", {{"declined_scopes", {"pages_show_list"}}});
    const auto token = long_token(c);
    CHECK(body(graph(c, "/me/accounts", token))["data"].empty());
    CHECK(graph(c, "/50001001", token).status == 400);
}
