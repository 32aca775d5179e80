// Leaving: what is revoked at the provider, and when.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <thread>

namespace tenon::test {

TEST_CASE("of users who leave a shared account at the same moment, the last one revokes it") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    constexpr std::size_t users = 8;
    const auto user = [](std::size_t i) { return "user-" + std::to_string(i); };
    for (std::size_t i = 0; i < users; ++i) {
        here.connected(user(i), "u1");
    }
    std::vector<std::string> outcomes(users);
    at_once(users, [&](std::size_t i) {
        const auto left = here.api(user(i)).del("/api/integrations/disconnect/" + here.name());
        outcomes[i] = left.json().at("revocations").at(0).at("outcome");
    });
    CHECK(std::ranges::count(outcomes, "revoked") == 1);
    CHECK(std::ranges::count(outcomes, "kept") == users - 1);
    CHECK(here.provider().count().revokes > 0);
}

TEST_CASE("the status that was just read shows what was connected, refreshed and left since") {
    world here;
    auto api = here.api();
    const auto read = [&api] {
        return api.get("/api/integrations/status").json().at("integrations");
    };
    CHECK(read().empty());
    const auto id = here.connected();
    const auto before = read();
    REQUIRE(before.size() == 1);
    CHECK(before.at(0).at("connectionId") == id);
    const auto path = "/api/integrations/refresh/" + here.name() + "/" + id;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    const auto refreshed = api.post(path, nlohmann::json::object());
    REQUIRE(refreshed.status == 200);
    CHECK(read().at(0).at("expiresAt") == refreshed.json().at("expiresAt"));
    CHECK(api.del("/api/integrations/disconnect/" + here.name() + "/" + id).status == 200);
    CHECK(read().empty());
}

}  // namespace tenon::test
