#include "unit/provider/fixture.hpp"

#include <algorithm>
#include <filesystem>

using namespace tenon::test;

TEST_CASE("a configured provider is enabled under its name") {
    world all;
    CHECK(all.instance()->name() == "well");
    CHECK(all.instance()->default_scopes() == std::vector<std::string>{"read"});
    CHECK(all.providers.snapshot()->providers.at("well").state == provider_state::enabled);
}

TEST_CASE("one plugin's provider serves several names, each with its own settings") {
    auto other = section("acme");
    other.plugin = "well";
    other.scopes = {"a", "b"};
    world all({section("well"), other});
    CHECK(all.instance("acme")->about().id == "acme");
    CHECK(all.instance("acme")->default_scopes() == std::vector<std::string>{"a", "b"});
    all.http.answer(200, "t");
    CHECK(all.perform(request_of(operation_kind::refresh), "acme").has_value());
    CHECK(all.http.seen.at(0).label == "acme refresh");
}

TEST_CASE("a provider that is not enabled says why, and the others go on") {
    auto off = section("off");
    off.plugin = "well";
    off.enabled = false;
    auto without_id = section("without_id");
    without_id.plugin = "well";
    without_id.client_id.clear();
    auto without_secret = section("without_secret");
    without_secret.plugin = "well";
    without_secret.client_secrets = {secret()};
    auto unknown_key = section("unknown_key");
    unknown_key.plugin = "well";
    unknown_key.config = {{"clientid", {"x", false}}};
    auto bad_mapping = section("bad_mapping");
    bad_mapping.plugin = "well";
    bad_mapping.origins = {{"https://api.example.test", "http://10.0.0.1"}};
    auto no_plugin = section("no_plugin");
    auto bad_name = section("Bad Name");
    world all(
        {off, without_id, without_secret, unknown_key, bad_mapping, no_plugin, bad_name,
         section("well")}
    );
    const auto problem = [&](std::string_view name) {
        const auto found = all.providers.find(name);
        REQUIRE(found.has_error());
        CHECK(found.error().code == errc::provider_disabled);
        return found.error().message;
    };
    CHECK(problem("off").find("enabled: false") != std::string::npos);
    CHECK(problem("without_id").find("client_id") != std::string::npos);
    CHECK(problem("without_secret").find("client_secret") != std::string::npos);
    CHECK(problem("unknown_key").find("clientid") != std::string::npos);
    CHECK(problem("bad_mapping").find("origins") != std::string::npos);
    CHECK(problem("no_plugin").find("no plugin serves 'no_plugin'") != std::string::npos);
    CHECK(problem("Bad Name").find("must match") != std::string::npos);
    CHECK(all.providers.find("well").has_value());
    CHECK(all.providers.find("nobody").error().code == errc::unknown_provider);
}

TEST_CASE("a plugin without a section is listed as not configured") {
    world all(std::vector<provider_settings>{});
    const auto entry = all.providers.snapshot()->providers.at("well");
    CHECK(entry.state == provider_state::not_configured);
    CHECK(entry.message.find("WELL_CLIENT_ID") != std::string::npos);
    CHECK(all.providers.find("well").error().code == errc::provider_disabled);
}

TEST_CASE("files that are no plugins are told, and taken ids refused") {
    standing_clock time;
    scripted_http http(time);
    const std::string plugins = TENON_TEST_PLUGINS;
    const registry all(
        in_process(
            {plugins + "/good", plugins + "/good", plugins + "/refused", plugins + "/nowhere"},
            {section("well")}
        ),
        http, time
    );
    const auto problems = all.snapshot()->problems;
    const auto says = [&](std::string_view text) {
        return std::ranges::any_of(problems, [&](const auto& one) {
            return one.message.find(text) != std::string::npos;
        });
    };
    CHECK(says("'well' is already taken by"));
    CHECK(says("the plugin speaks ABI 2"));
    CHECK(says("can't be read"));
    CHECK(all.find("well").has_value());
}

TEST_CASE("a name that is given twice serves neither") {
    world all({section("well"), section("well")});
    CHECK(all.providers.find("well").error().message.find("two providers") != std::string::npos);
}

TEST_CASE("a reload brings new settings, and instances in use live on") {
    world all;
    const auto old = all.instance();
    auto changed = section("well");
    changed.scopes = {"more"};
    all.providers.reload(in_process({std::string(TENON_TEST_PLUGINS) + "/good"}, {changed}));
    CHECK(all.instance()->default_scopes() == std::vector<std::string>{"more"});
    CHECK(old->default_scopes() == std::vector<std::string>{"read"});
    all.http.answer(200, "t");
    CHECK(
        run(run_operation(old, request_of(operation_kind::refresh), all.http, all.time)).has_value()
    );
    all.providers.reload({{}, {}});
    CHECK(all.providers.find("well").error().code == errc::unknown_provider);
}

TEST_CASE("an origin that is mapped is really asked elsewhere") {
    auto mapped = section("well");
    mapped.origins = {
        {"https://token.example.test", "http://127.0.0.1:9001"},
        {"https://login.example.test", "http://127.0.0.1:9002"}};
    world all({mapped});
    all.http.answer(200, "t");
    REQUIRE(all.perform(request_of(operation_kind::refresh)).has_value());
    CHECK(all.http.seen[0].url == "http://127.0.0.1:9001/token");
    CHECK(all.perform(request_of(operation_kind::authorize))
              ->authorize_url.starts_with("http://127.0.0.1:9002/authorize?"));
    CHECK(
        all.instance()->mapped("https://token.example.test/jwks") == "http://127.0.0.1:9001/jwks"
    );
}
