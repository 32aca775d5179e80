// What can be connected, as an application sees it.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace tenon::test {
namespace {

auto entry_of(const nlohmann::json& providers, const std::string& id) -> nlohmann::json {
    const auto found =
        std::ranges::find_if(providers, [&id](const auto& one) { return one.at("id") == id; });
    REQUIRE(found != providers.end());
    return *found;
}

}  // namespace

TEST_CASE("the list of providers says what each is called, and why one can't be connected yet") {
    world_options options;
    SECTION("a section of the generic plugin goes by its own name") {
        world here(options);
        (void)here.begin();  // the issuer's metadata has come by then
        const auto listed = here.api().get("/api/integrations/providers").json().at("providers");
        const auto demo = entry_of(listed, "demo");
        CHECK(demo.at("name") == "demo");
        CHECK(demo.at("enabled") == true);
        CHECK(demo.at("kind") == "oauth2");
        const auto slack = entry_of(listed, "slack");
        CHECK(slack.at("name") == "Slack");
        CHECK(slack.at("enabled") == false);
        CHECK(slack.at("reason").get<std::string>().find("SLACK_CLIENT_ID") != std::string::npos);
    }
    SECTION("or by the one that it is given") {
        options.provider_config = "    display_name: Demo provider\n";
        world here(options);
        const auto listed = here.api().get("/api/integrations/providers").json().at("providers");
        CHECK(entry_of(listed, "demo").at("name") == "Demo provider");
    }
}

}  // namespace tenon::test
