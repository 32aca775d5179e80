// What one of two hosts counts, is told and finds counts for both.
#include "integration/shared_limits.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

auto fault_at_token(std::int64_t times, std::uint32_t status) -> sim::fault {
    sim::fault one;
    one.path = "/token";
    one.kind = sim::fault_kind::status;
    one.status = status;
    one.retry_after_s = status == 429 ? 50 : 0;
    one.times = times;
    return one;
}

auto asked_at_token(sharing_pair& pair) -> std::uint64_t {
    return pair.here.provider().requests()["/token"];
}

auto renew(http_client client, const std::string& connection) -> http_response {
    return client.post("/api/integrations/refresh/demo/" + connection, json::object());
}

}  // namespace

TEST_CASE("ten connects in fifteen minutes are ten at two hosts together, however they are asked") {
    world_options options;
    options.connects_per_15_minutes = 10;
    sharing_pair pair(options);
    REQUIRE(soon([&] { return pair.both_share(true); }));
    std::atomic<int> begun{0};
    std::atomic<int> limited{0};
    std::atomic<int> strange{0};
    at_once(8, [&](std::size_t i) {
        auto client = pair.at(i % 2);
        for (int n = 0; n < 10; ++n) {
            const auto answer = client.post("/api/integrations/connect/demo", begin);
            const auto wait = std::stoi(answer.field("retry-after").value_or("0"));
            if (answer.status == 200) {
                ++begun;
            } else if (answer.status == 429 && wait > 800 && wait <= 900) {
                ++limited;
            } else {
                ++strange;
            }
        }
    });
    CHECK(begun == 10);
    CHECK(limited == 70);
    CHECK(strange == 0);
    CHECK(pair.at(1, "bob").post("/api/integrations/connect/demo", begin).status == 200);
    // Nobody can be read out of what they share, and no secret is logged.
    std::string keys = pair.redis.command({"-n", "1", "keys", "*"});
    CHECK_THAT(keys, Catch::Contains("acme:connect:"));
    CHECK_THAT(keys, !Catch::Contains("ann"));
    for (const std::size_t which : {0U, 1U}) {
        CHECK(times_in(pair.host(which).log(), "a-password-of-redis") == 0);
        CHECK_THAT(pair.at(which).get("/metrics").body, Catch::Contains("tenon_redis_up 1"));
    }
}

TEST_CASE("what an address was let through at one host is counted at the other") {
    world_options options;
    options.config = "trusted_proxies: [127.0.0.1]\n";
    options.callbacks_per_minute = 60;
    sharing_pair pair(options);
    REQUIRE(soon([&] { return pair.both_share(true); }));
    const auto calls_back = [&pair](std::size_t which, const std::string& address) {
        http_client client(pair.host(which).url(), {{"X-Forwarded-For", address}});
        return client.get("/api/integrations/callback/demo?state=unknown&code=c").status;
    };
    int taken = 0;
    for (; calls_back(0, "192.0.2.1") == 400; ++taken) {}
    CHECK(taken >= 60);
    // It knows after a tenth of a second what it did not when it let the first one through.
    CHECK(soon([&] { return calls_back(1, "192.0.2.1") == 429; }));
    CHECK(calls_back(1, "192.0.2.2") == 400);
}

TEST_CASE("a client that a provider limits at one host is held by the other without asking") {
    sharing_pair pair;
    std::vector<std::string> connections;
    for (int i = 1; i <= 4; ++i) {
        connections.push_back(pair.here.connected("ann", "u" + std::to_string(i)));
    }
    REQUIRE(soon([&] { return pair.both_share(true); }));
    pair.here.provider().inject(fault_at_token(1'000, 429));
    for (std::size_t i = 0; i < 3; ++i) {
        REQUIRE(renew(pair.at(0), connections.at(i)).status != 200);
    }
    const auto asked = asked_at_token(pair);
    REQUIRE(pair.host(1).wait_for_log("provider limits this client at another host"));
    const auto held = renew(pair.at(1), connections.at(3));
    INFO(held.body);
    CHECK(held.status != 200);
    CHECK(std::stoi(held.field("retry-after").value_or("0")) > 10);
    CHECK(asked_at_token(pair) == asked);
}

TEST_CASE("a provider that fails one host is not asked by the other, until one finds it well") {
    sharing_pair pair;
    const auto first = pair.here.connected("ann", "u1");
    const auto second = pair.here.connected("ann", "u2");
    REQUIRE(soon([&] { return pair.both_share(true); }));
    sim::fault broken = fault_at_token(8, 500);  // as many as it takes
    broken.path = "/userinfo";
    pair.here.provider().inject(broken);
    const auto profile = [&pair](std::size_t which, const std::string& id) {
        return pair.at(which).get("/api/integrations/profile/demo/" + id + "?fresh=true").status;
    };
    REQUIRE(soon([&] {
        (void)profile(0, first);
        return pair.at(0).get("/metrics").body.find("tenon_circuit_open{origin=") !=
               std::string::npos;
    }));
    REQUIRE(pair.host(1).wait_for_log("provider fails at another host"));
    const auto asked = pair.here.provider().requests()["/userinfo"];
    CHECK(profile(1, second) == 503);
    CHECK(pair.here.provider().requests()["/userinfo"] == asked);
    // It is well again: the host that found it failing tries first, and the other need not.
    REQUIRE(times_in(pair.host(0).log() + pair.host(1).log(), "provider is asked again") == 0);
    CHECK(soon([&] {
        (void)profile(0, first);
        return times_in(pair.host(0).log(), "provider is asked again") > 0;
    }));
    CHECK(pair.host(1).wait_for_log("provider is asked again, as another host found"));
}

}  // namespace tenon::test
