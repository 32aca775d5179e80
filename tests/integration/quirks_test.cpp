// What one provider does otherwise than all others, through the real binary.
#include "base/clock.hpp"
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {

TEST_CASE("Microsoft's ID token must be of the tenant that it names") {
    world_options options;
    options.provider = "microsoft";
    options.settings = {{"named_tid", "9188040d-6c67-4c5b-b112-36a304b66dad"}};
    world here(options);
    const auto location = here.connect();
    CHECK(query_parameter(location, "error") == "PROVIDER_ERROR");
    CHECK(here.api().get("/api/integrations/status").json().at("integrations").empty());
}

TEST_CASE("who cancels at LinkedIn's own page has cancelled") {
    world_options options;
    options.provider = "linkedin";
    options.settings = {{"deny", true}};
    world here(options);
    CHECK(query_parameter(here.connect(), "error") == "ACCESS_DENIED");
}

TEST_CASE("until when its user must consent anew is told of who never renews that term by itself") {
    const auto [provider, days] =
        GENERATE(std::pair("tiktok", 180), std::pair("linkedin", 365), std::pair("oidc", 0));
    CAPTURE(provider);
    world_options options;
    options.provider = provider;
    world here(options);
    const auto id = here.connected();
    const auto told = here.integrations().at(0).at("reconnectBefore");
    if (days == 0) {
        CHECK(told.is_null());
        return;
    }
    const auto then = host::system_clock().now() + std::chrono::days(days);
    REQUIRE(told.is_string());
    CHECK(told.get<std::string>() <= host::to_rfc3339(then));
    CHECK(told.get<std::string>() >= host::to_rfc3339(then - std::chrono::hours(1)));
}

}  // namespace tenon::test
