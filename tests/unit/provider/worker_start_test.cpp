// What a start or a reload waits for where plugins run in workers.
#include "unit/provider/worker_world.hpp"

using namespace tenon::test;
using Catch::Matchers::Contains;

TEST_CASE("a plugin whose providers are never described is not waited for again and again") {
    std::vector<provider_settings> sections;
    for (int i = 0; i < 12; ++i) {
        sections.push_back(section("silent_" + std::to_string(i)));
    }
    worker_world all(std::move(sections), "silent", milliseconds(300));
    CHECK(all.observer.started("silent") <= 4);
    for (const auto& [name, entry] : all.providers.snapshot()->providers) {
        INFO(name);
        CHECK(entry.state == provider_state::misconfigured);
        CHECK_THAT(entry.message, Contains("did not end a step within"));
    }
}
