// What one provider does otherwise than all others, through the real binary.
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

}  // namespace tenon::test
