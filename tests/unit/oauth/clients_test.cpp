// Which client renews a grant, and with which of its secrets.
#include "support/simulator/digest.hpp"
#include "unit/oauth/flow_case.hpp"

#include <algorithm>

namespace tenon::test {

TEST_CASE("the next client secret is tried where the provider refuses the first") {
    flow_case here;
    here.configure({"new-secret", "demo-secret"});
    const auto id = here.connect(ann, "u1");
    CHECK(here.fly(here.grant(id), refresh_reason::asked).has_value());
    CHECK(here.scene.count().refreshes == 1);
    CHECK(here.scene.count().code_reuses == 0);
}

TEST_CASE("a grant is renewed by the client that it was issued to, whatever is configured since") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.reconfigure([](provider_settings& section) {
        section.client_id = "another-client";
        section.client_secrets = {secret("another-secret"), secret("demo-secret")};
    });
    here.http.seen.clear();
    REQUIRE(here.fly(here.grant(id), refresh_reason::asked).has_value());
    CHECK(here.scene.count().refreshes == 1);
    CHECK(here.grant(id).client_id == "demo-client");
    REQUIRE(here.http.seen.size() == 2);  // with each secret
    for (const auto& asked : here.http.seen) {
        const auto given =
            std::ranges::find(asked.headers, "Authorization", &header_list::value_type::first);
        REQUIRE(given != asked.headers.end());
        CHECK(sim::from_base64(given->second.substr(6)).value().starts_with("demo-client:"));
    }
}

}  // namespace tenon::test
