// Leaving: what is revoked at the provider, and when.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include "support/postgres.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <regex>
#include <thread>

namespace tenon::test {
namespace {

// Where other hosts may be at work, what was left is taken up when their time is over: here it is.
void let_time_pass(world& here) {
    std::ifstream file(here.host().config_file());
    const std::string text((std::istreambuf_iterator<char>(file)), {});
    std::smatch found;
    if (std::regex_search(text, found, std::regex("world_[0-9]+_[0-9]+"))) {
        postgres_command(
            found.str(),
            "UPDATE connections SET updated_at = updated_at - 100000; "
            "UPDATE grants SET lease_until = 0"
        );
    }
}

}  // namespace

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

TEST_CASE("a disconnect that kill -9 cuts off while it revokes is finished at the next start") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world_options options;
    options.stored_in = stored_in;
    world here(options);
    const auto id = here.connected();
    sim::fault slow;
    slow.path = "/revoke";
    slow.delay_ms = 60'000;
    here.provider().inject(slow);
    std::jthread leaving([&] {
        try {
            here.api().del("/api/integrations/disconnect/demo/" + id);
        } catch (const std::exception&) {
            // Cut off with the host.
        }
    });
    REQUIRE(soon([&] { return here.provider().requests()["/revoke"] > 0; }));
    const auto* const path = "/api/integrations/status";
    REQUIRE(here.api().get(path).json().at("integrations").at(0).at("status") == "expired");
    here.host().kill();
    leaving.join();
    let_time_pass(here);
    here.host().start();
    CHECK(soon([&] { return here.api().get(path).json().at("integrations").empty(); }));
    CHECK(here.provider().requests()["/revoke"] > 1);
    CHECK(here.api().get(here.token_path(id)).status == 404);
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
