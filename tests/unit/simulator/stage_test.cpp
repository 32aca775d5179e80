#include "support/simulator/stage.hpp"

#include "support/simulator/in_process_http.hpp"
#include "unit/simulator/client.hpp"

using namespace tenon::sim;

namespace {

constexpr time_point start{std::chrono::milliseconds(1'790'000'000'000)};

auto userinfo(stage& scene, const std::string& token) -> stage_answer {
    return scene.handle({"GET", "/userinfo", {}, bearer_of(token), {}}, start);
}

auto control(
    stage& scene, const std::string& method, const std::string& what,
    const nlohmann::json& text = {}
) -> sim_response {
    return scene
        .handle({method, "/_control/" + what, {}, {}, text.is_null() ? "" : text.dump()}, start)
        .response;
}

}  // namespace

TEST_CASE("a fault strikes its path as often as it says, and then no more") {
    stage scene(make_simulator("oidc"));
    const std::string token = scene.mint(1, 1, start)[0]["access_token"];
    scene.inject({"/userinfo", fault_kind::status, 2, 0, 429, 7, false});
    CHECK(scene.handle({"GET", "/jwks", {}, {}, {}}, start).response.status == 200);
    const auto limited = userinfo(scene, token).response;
    CHECK(limited.status == 429);
    CHECK(limited.headers.back() == std::pair<std::string, std::string>("Retry-After", "7"));
    CHECK(userinfo(scene, token).response.status == 429);
    CHECK(userinfo(scene, token).response.status == 200);
    CHECK(scene.count().profiles == 1);
}

TEST_CASE("each kind of fault is what it says") {
    stage scene(make_simulator("oidc"));
    const std::string token = scene.mint(1, 1, start)[0]["access_token"];
    const auto struck = [&](fault_kind kind) {
        scene.inject({"/userinfo", kind, 1, 250, 503, 0, true});
        return userinfo(scene, token);
    };
    CHECK(struck(fault_kind::delay).delay == std::chrono::milliseconds(250));
    CHECK(struck(fault_kind::status).response.status == 503);
    CHECK(struck(fault_kind::html_200).response.body.starts_with("<html>"));
    CHECK_FALSE(nlohmann::json::accept(struck(fault_kind::truncated_json).response.body));
    CHECK(struck(fault_kind::reset_after_read).end == ending::reset);
    CHECK(struck(fault_kind::close_mid_body).end == ending::mid_body);
    CHECK(scene.count().profiles == 6);  // all were served
    scene.inject({"/userinfo", fault_kind::reset_before_read});
    CHECK_FALSE(scene.takes_reset("/token"));
    CHECK(scene.takes_reset("/userinfo"));
    CHECK_FALSE(scene.takes_reset("/userinfo"));
}

TEST_CASE("a wrong issuer can be had on the way back") {
    auto actor = make_simulator("oidc");
    REQUIRE(
        apply_settings(actor->settings(), {{"auto_consent", true}, {"pkce", "supported"}}).empty()
    );
    stage scene(std::move(actor));
    const std::string url =
        "http://x/authorize?response_type=code&client_id=demo-client&scope=openid&redirect_uri=" +
        percent_encode(here);
    CHECK(visit(scene, url, start).get("iss") == "http://127.0.0.1");
    scene.inject({"/authorize", fault_kind::wrong_iss});
    const auto back = visit(scene, url, start);
    CHECK(back.get("iss") == "https://other.invalid");
    CHECK(back.has("code"));
}

TEST_CASE("the provider's clock can be moved") {
    stage scene(make_simulator("oidc"));
    const std::string token = scene.mint(1, 1, start)[0]["access_token"];
    CHECK(userinfo(scene, token).response.status == 200);
    CHECK(control(scene, "POST", "clock", {{"advance_ms", 3'600'000}}).status == 204);
    CHECK(userinfo(scene, token).response.status == 401);
}

TEST_CASE("the control interface sets, tells, mints and forgets") {
    stage scene(make_simulator("tiktok"));
    CHECK(control(scene, "POST", "config", {{"app", "desktop"}}).status == 204);
    CHECK(body(control(scene, "GET", "config"))["app"] == "desktop");
    CHECK(control(scene, "POST", "config", {{"apps", "desktop"}}).status == 400);
    const auto minted = body(control(scene, "POST", "mint", {{"first", 3}, {"count", 2}}));
    REQUIRE(minted["grants"].size() == 2);
    CHECK(minted["grants"][1]["account_id"] == "-000demou4");
    scene.handle(
        {"GET",
         "/v2/user/info/",
         "fields=open_id",
         bearer_of(minted["grants"][0]["access_token"]),
         {}},
        start
    );
    const auto counted = body(control(scene, "GET", "counters"));
    CHECK(counted["profiles"] == 1);
    CHECK(counted["requests"]["/v2/user/info/"] == 1);
    CHECK(control(scene, "POST", "fault", {{"kind", "explode"}}).status == 400);
    CHECK(control(scene, "POST", "fault", {{"kind", "status"}, {"times", "x"}}).status == 400);
    CHECK(control(scene, "POST", "reset", nlohmann::json::object()).status == 204);
    CHECK(body(control(scene, "GET", "counters"))["profiles"] == 0);
    CHECK(control(scene, "POST", "nonsense", nlohmann::json::object()).status == 404);
}
