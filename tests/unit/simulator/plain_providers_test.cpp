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
    CHECK(granted["scope"] == "");
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
