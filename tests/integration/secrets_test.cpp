// What must never be read anywhere: looked for with canaries.
#include "integration/world.hpp"
#include "support/canary.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

void add_tokens(canary_watch& watch, world& here, const std::string& id) {
    const auto token = here.api().get(here.token_path(id)).json();
    watch.add("access token", token.at("accessToken").get<std::string>());
}

}  // namespace

TEST_CASE("no token, code, verifier, secret or key is in the database, the log or the metrics") {
    const auto provider =
        GENERATE(as<std::string>{}, "oidc", "google", "slack", "tiktok", "instagram");
    CAPTURE(provider);
    canary_watch watch;
    watch.add("API key", operator_key);
    const auto secret = make_canary("client-secret");
    watch.add("client secret", secret);
    world_options options;
    options.provider = provider;
    options.settings = json{{"client_secret", secret}};
    if (provider == "slack") {
        options.settings["rotation"] = true;
    }
    options.client_secret = secret;
    world here(options);
    const auto begun = here.begin();
    watch.add("state", begun.at("state").get<std::string>());
    const auto callback = here.consent(begun.at("authUrl"));
    watch.add("code", query_parameter(callback, "code").value());
    const auto done = here.visit(callback);
    const auto id = query_parameter(done.field("location").value(), "connectionId").value();
    add_tokens(watch, here, id);
    here.api().post("/api/integrations/refresh/" + here.name() + "/" + id, json::object());
    add_tokens(watch, here, id);
    // Failures are told at length: none of it may tell a secret.
    sim::fault broken;
    broken.path = "/";
    broken.kind = sim::fault_kind::truncated_json;
    broken.times = 2;
    here.provider().inject(broken);
    here.api().get("/api/integrations/profile/" + here.name() + "/" + id + "?fresh=true");
    here.api().post("/api/integrations/refresh/" + here.name() + "/" + id, json::object());
    const auto metrics = here.api().get("/metrics");
    REQUIRE(metrics.status == 200);

    const auto found = watch.search(metrics.body, "/metrics");
    INFO(describe(found));
    CHECK(found.empty());
    const auto in_files =
        watch.search_tree(here.host().dir(), {here.host().config_file().filename().string()});
    INFO(describe(in_files));
    CHECK(in_files.empty());
    REQUIRE(
        here.host().log().find("request") != std::string::npos
    );  // the log was there to be searched
}

}  // namespace tenon::test
