// What all providers of the plain kind refuse, each at its own address.
#include "unit/simulator/plain.hpp"

using namespace tenon::sim;

namespace {

auto all() -> std::vector<plain_provider> {
    return {plain_asana(),     plain_discord(), plain_github(),     plain_linkedin(),
            plain_microsoft(), plain_reddit(),  plain_salesforce(), plain_x()};
}

auto any() -> plain_client {
    return plain_client(GENERATE(from_range(all())));
}

}  // namespace

TEST_CASE("plain: a code is exchanged once, and its tokens die when it comes again") {
    auto c = any();
    INFO(c.at.name);
    const auto form = c.code_form(c.code());
    const auto granted = body(c.ask(form));
    REQUIRE(granted.contains("access_token"));
    CHECK(is_refused(c.ask(form)));
    CHECK(c.actor->count().code_reuses == 1);
    CHECK(c.actor->count().exchanges == 1);
    if (granted.contains("refresh_token")) {
        CHECK(is_refused(c.refresh(granted["refresh_token"])));
    }
}

TEST_CASE("plain: an exchange with anything wrong in it is refused, and leaves the code good") {
    auto c = any();
    INFO(c.at.name);
    const auto form = c.code_form(c.code());
    for (const auto& [name, value] : fields{
             {"grant_type", "password"},
             {"redirect_uri", "http://127.0.0.1:1/"},
             {"code_verifier", std::string(43, 'x')},
             {"resource", "unknown-parameter"}}) {
        INFO(name);
        CHECK(is_refused(c.ask(with(form, name, value))));
    }
    CHECK(is_refused(c.ask(with(form, "redirect_uri", ""))));
    auto twice = encoded(form) + "&grant_type=authorization_code";
    auto heads = c.heads();
    heads.emplace_back("content-type", "application/x-www-form-urlencoded");
    CHECK(is_refused(c.send({"POST", c.at.token_path, {}, heads, twice})));
    CHECK(is_refused(c.send({"POST", c.at.token_path, encoded(form), heads, {}})));
    heads.back().second = "application/json";
    CHECK(is_refused(c.send({"POST", c.at.token_path, {}, heads, nlohmann::json(form).dump()})));
    CHECK(c.get(c.at.token_path, form, c.heads()).status == 405);
    CHECK(c.actor->count().refused >= 8);
    CHECK_FALSE(is_refused(c.ask(form)));
}

TEST_CASE("plain: a client that authenticates in the wrong place, twice or not at all is refused") {
    auto c = any();
    INFO(c.at.name);
    const auto form = c.code_form(c.code());
    const fields in_body{{"client_id", "demo-client"}, {"client_secret", "demo-secret"}};
    auto bare = form;
    bare.erase("client_id");
    bare.erase("client_secret");
    auto full = bare;
    full.insert(in_body.begin(), in_body.end());
    auto with_header = c.at.headers;
    with_header.push_back(basic().front());
    CHECK(is_refused(c.post(c.at.token_path, bare, c.at.headers)));
    CHECK(is_refused(c.post(c.at.token_path, full, with_header)));
    CHECK(is_refused(c.post(c.at.token_path, with(full, "client_secret", "x"), c.at.headers)));
    const bool body_is_wrong = c.at.client == client_place::header;
    const bool header_is_wrong = c.at.client == client_place::body;
    if (body_is_wrong) {
        CHECK(is_refused(c.post(c.at.token_path, full, c.at.headers)));
    }
    if (header_is_wrong) {
        CHECK(is_refused(c.post(c.at.token_path, bare, with_header)));
    }
    const auto& right = header_is_wrong ? full : bare;
    CHECK_FALSE(
        is_refused(c.post(c.at.token_path, right, header_is_wrong ? c.at.headers : with_header))
    );
}

TEST_CASE("plain: nobody is sent to an address that is not the client's") {
    auto c = any();
    INFO(c.at.name);
    CHECK(c.authorize(with(c.asked(), "client_id", "x")).status == 400);
    CHECK(c.authorize(with(c.asked(), "redirect_uri", "http://x")).status == 400);
    CHECK(status_of_twice(c, c.at.authorize_path, c.asked(), "state") == 400);
    CHECK(c.post(c.at.authorize_path, c.asked()).status == 405);
}

TEST_CASE("plain: other mistakes and the person's refusal go to the callback, with the state") {
    auto c = any();
    INFO(c.at.name);
    for (const auto& [name, value] : fields{
             {"response_type", "token"},
             {"code_challenge_method", "plain"},
             {"code_challenge", "short"},
             {"nobody_knows", "1"}}) {
        INFO(name);
        const auto back = c.redirected(c.authorize(with(c.asked(), name, value)));
        CHECK(back.has("error"));
        CHECK(back.get("state") == "s1");
        CHECK_FALSE(back.has("code"));
    }
    const auto denied = c.redirected(c.authorize(with(c.asked(), "deny", "1")));
    CHECK(denied.has("error"));
    CHECK(denied.get("state") == "s1");
    CHECK(c.actor->count().denials == 1);
}

TEST_CASE("plain: the API takes live bearer tokens in the header") {
    auto c = any();
    INFO(c.at.name);
    const std::string token = c.tokens()["access_token"];
    CHECK(c.read("/no/such/path", token).status == 404);
    CHECK(c.read("/no/such/path", "unknown").status == 401);
    CHECK(c.get("/no/such/path", {{"access_token", token}}, c.at.headers).status == 401);
    c.now += std::chrono::hours(24 * 365);
    CHECK(c.read("/no/such/path", token).status == 401);
}

TEST_CASE("plain: a minted grant is as good as a consented one") {
    auto c = any();
    INFO(c.at.name);
    const auto minted = c.actor->mint("u3", c.now);
    CHECK(minted.at("account_id").is_string());
    CHECK(c.read("/no/such/path", minted.at("access_token")).status == 404);
    CHECK(c.actor->mint("nobody", c.now).is_null());
    c.actor->reset();
    CHECK(c.read("/no/such/path", minted.at("access_token")).status == 401);
}
