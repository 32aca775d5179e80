// kill -9 at the worst moments: nothing is lost but the flow in the air.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <csignal>

#include <thread>

namespace tenon::test {
namespace {

using nlohmann::json;

auto delayed(const std::string& path, int milliseconds) -> sim::fault {
    sim::fault slow;
    slow.path = path;
    slow.kind = sim::fault_kind::delay;
    slow.delay_ms = milliseconds;
    return slow;
}

// On PostgreSQL another host may live on: what a killed one held is free when its lease ends, 15
// seconds after the longest operation.
auto on_either_engine() -> world_options {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    options.config = "timeouts: {operation: 5s}\n";
    return options;
}

}  // namespace

TEST_CASE(
    "Instagram's exchange that is cut off between its two requests is recovered at the next start"
) {
    auto options = on_either_engine();
    options.provider = "instagram";
    CAPTURE(name_of(options.stored_in));
    world here(options);
    const auto begun = here.begin();
    const auto url = here.consent(begun.at("authUrl"));
    here.provider().inject(delayed("/access_token", 60'000));  // the second exchange hangs
    std::jthread browser([&] {
        try {
            here.visit(url);
        } catch (const std::exception&) {
            // Cut off with the host.
        }
    });
    REQUIRE(soon([&] { return here.provider().requests()["/access_token"] > 0; }));
    here.host().kill();
    browser.join();
    here.host().start();
    REQUIRE(soon([&] { return here.integrations().size() == 1; }));
    const auto mine = here.integrations().at(0);
    CHECK(mine.at("isConnected") == true);
    CHECK(here.api().get(here.token_path(mine.at("connectionId"))).status == 200);
    CHECK(here.provider().count().exchanges >= 1);
    CHECK(here.provider().count().code_reuses == 0);
}

TEST_CASE("Instagram's second request that is put off is asked again, and the account connected") {
    world_options options;
    options.provider = "instagram";
    world here(options);
    sim::fault away;
    away.path = "/access_token";
    away.kind = sim::fault_kind::status;
    here.provider().inject(away);
    CHECK(query_parameter(here.connect(), "status") == "error");
    CHECK(here.integrations().empty());
    here.host().stop();
    here.host().start();
    REQUIRE(soon([&] { return here.integrations().size() == 1; }));
    CHECK(here.provider().count().code_reuses == 0);
}

TEST_CASE(
    "a refresh that a crash cuts off is taken up or spared, and never asked twice with one refresh "
    "token"
) {
    auto options = on_either_engine();
    options.settings = json{{"rotation", true}, {"access_lifetime_s", 3600}};
    CAPTURE(name_of(options.stored_in));
    world here(options);
    const auto id = here.connected();
    bool spared = false;
    const int rounds = options.stored_in == engine::sqlite ? 5 : 3;
    for (int round = 0; round < rounds && !spared; ++round) {
        const auto before = here.provider().count().refreshes;
        std::atomic<int> status{0};
        std::jthread asking([&] {
            try {
                status =
                    here.api().post("/api/integrations/refresh/demo/" + id, json::object()).status;
            } catch (const std::exception&) {
                status = -1;  // cut off with the host
            }
        });
        REQUIRE(soon([&] { return status != 0 || here.provider().count().refreshes > before; }));
        // An answer that was lost with an earlier life is not asked for again while the access
        // token lives.
        spared = status == 503;
        here.host().kill();
        asking.join();
        here.host().start();
        const auto token = here.api().get(here.token_path(id));
        INFO(token.body);
        CHECK(token.status == 200);
    }
    CHECK(here.provider().count().refreshes > 0);
    CHECK(here.provider().count().refresh_reuses == 0);
    CHECK(here.provider().count().families_revoked == 0);
}

TEST_CASE("kill -9 in the middle of connects and refreshes loses no connection that was told of") {
    const auto options = on_either_engine();
    CAPTURE(name_of(options.stored_in));
    world here(options);
    std::vector<std::string> told;
    std::atomic<std::size_t> told_count{0};
    for (int round = 0; round < 6; ++round) {
        std::atomic<bool> going{true};
        std::jthread busy([&] {
            for (int i = 0; going; ++i) {
                try {
                    const auto user = "user-" + std::to_string(round) + "-" + std::to_string(i);
                    const auto location = here.connect(user, "u" + std::to_string(1 + i % 50));
                    if (const auto id = query_parameter(location, "connectionId")) {
                        told.push_back(user + " " + *id);
                        ++told_count;
                    }
                } catch (const std::exception&) {
                    return;
                } catch (...) {
                    return;  // a REQUIRE on a host that has just been killed
                }
            }
        });
        const auto enough = 2 * (static_cast<std::size_t>(round) + 1);
        CHECK(soon([&] { return told_count >= enough; }));
        std::this_thread::sleep_for(std::chrono::milliseconds(7 * round)
        );  // somewhere in the next one
        here.host().kill();
        going = false;
        busy.join();
        here.host().start();
    }
    REQUIRE(told.size() >= 12);
    for (const auto& line : told) {
        const auto space = line.find(' ');
        const auto answer =
            here.api(line.substr(0, space)).get(here.token_path(line.substr(space + 1)));
        INFO(answer.body);
        CHECK(answer.status == 200);
    }
}

TEST_CASE("reads of a credential are accounted for, but for those of the last second") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    const auto id = here.connected();
    for (int i = 0; i < 3; ++i) {
        REQUIRE(here.api().get(here.token_path(id)).status == 200);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1'500));
    here.host().kill();
    // Whether its minute is over or not.
    const auto journal = [&](const std::string& count) {
        return here.count(
            "SELECT COUNT(*) FROM credential_read_batches WHERE reads LIKE '%" + id + " " + count +
            "%'"
        );
    };
    const auto counted = here.count(
        "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM credential_reads WHERE connection_id "
        "= '" +
        id + "'"
    );
    CHECK(counted + journal("1") + 2 * journal("2") + 3 * journal("3") == 3);
}

}  // namespace tenon::test
