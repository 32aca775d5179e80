// What is due is shared by the hosts on one database.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

#ifdef TENON_SANITIZED
constexpr int due_accounts = 40;
#else
constexpr int due_accounts = 96;
#endif
constexpr int together = 8;  // refreshes under way, of each host
constexpr auto provider_takes = 400ms;

auto due_options() -> world_options {
    world_options chosen;
    chosen.stored_in = engine::postgresql;
    chosen.config = "refresh_concurrency: " + std::to_string(together) + "\n";
    chosen.settings = json{{"rotation", true}, {"access_lifetime_s", 7'200}};
    chosen.provider_config = "    refresh: {rotates: true}\n";
    return chosen;
}

auto refreshed_by(const host_process& one) -> int {
    const std::string series =
        R"(tenon_provider_operations_total{operation="refresh",outcome="ok",provider="demo"} )";
    const auto told = http_client(one.url()).get("/metrics").body;
    const auto at = told.find(series);
    return at == std::string::npos ? 0 : std::stoi(told.substr(at + series.size()));
}

}  // namespace

TEST_CASE("two hosts share what is due: none twice, none left, and each takes its part") {
    world here(due_options());
    const auto other = here.replica();
    std::vector<std::string> connections;
    for (int i = 1; i <= due_accounts; ++i) {
        connections.push_back(here.connected("ann", "u" + std::to_string(i)));
    }
    sim::fault slow;
    slow.path = "/token";
    slow.delay_ms = provider_takes.count();
    slow.times = 100'000;
    here.provider().inject(slow);
    const auto begun = std::chrono::steady_clock::now();
    here.change_database("UPDATE grants SET next_refresh_at = 1");
    CHECK(soon([&] {
        return here.count("SELECT COUNT(*) FROM grants WHERE next_refresh_at = 1") == 0;
    }));
    const auto took = std::chrono::steady_clock::now() - begun;
    const int mine = refreshed_by(here.host());
    const int theirs = refreshed_by(*other);
    WARN(
        due_accounts << " due, " << together << " at once a host: " << mine << " by one, " << theirs
                     << " by the other, in "
                     << std::chrono::duration_cast<std::chrono::milliseconds>(took).count() << " ms"
    );
    CHECK(mine + theirs == due_accounts);
    CHECK(mine >= due_accounts / 4);
    CHECK(theirs >= due_accounts / 4);
    CHECK(here.provider().count().refreshes == due_accounts);
    CHECK(here.provider().count().refresh_reuses == 0);
    CHECK(here.provider().count().families_revoked == 0);
    for (const auto& id : connections) {
        CHECK(here.api().get(here.token_path(id)).status == 200);
    }
}

TEST_CASE("what a host claimed and took along into its grave is refreshed by another one") {
    auto chosen = due_options();
    chosen.config += "timeouts: {operation: 2s}\n";
    world here(chosen);
    const auto other = here.replica();
    for (int i = 1; i <= 2 * together; ++i) {
        here.connected("ann", "u" + std::to_string(i));
    }
    const auto end = std::chrono::system_clock::now() + 3s;
    const auto end_ms =
        std::chrono::duration_cast<std::chrono::milliseconds>(end.time_since_epoch());
    here.change_database(
        "UPDATE grants SET next_refresh_at = 1, lease_owner = 'gone', lease_until = " +
        std::to_string(end_ms.count())
    );
    CHECK(soon([&] {
        return here.count("SELECT COUNT(*) FROM grants WHERE next_refresh_at = 1") == 0;
    }));
    CHECK(here.provider().count().refreshes == 2 * together);
    CHECK(here.provider().count().refresh_reuses == 0);
}

}  // namespace tenon::test
