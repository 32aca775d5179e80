// What one host revokes, another one refuses: both have it in memory.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <future>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using steady = std::chrono::steady_clock;

constexpr auto promised = 1'000ms;

auto on_postgres() -> world_options {
    world_options options;
    options.stored_in = engine::postgresql;
    return options;
}

// Two processes on one database.
struct two_hosts {
    world here{on_postgres()};
    std::unique_ptr<host_process> other = here.replica();

    [[nodiscard]] auto there(const std::string& key = operator_key) const -> http_client {
        return http_client(other->url(), {{"X-API-Key", key}, {"X-Tenon-User", "ann"}});
    }
    // A new connection, of which the other host has the token in memory.
    auto connected(int account) -> std::string {
        auto id = here.connected("ann", "u" + std::to_string(account));
        auto reader = there();
        for (int i = 0; i < 3; ++i) {
            REQUIRE(reader.get(here.token_path(id)).status == 200);
        }
        return id;
    }
    // How long after the disconnect was answered here the token was still answered there.
    auto refused_after(const std::string& id) -> steady::duration {
        auto reader = there();
        REQUIRE(here.api().del("/api/integrations/disconnect/demo/" + id).status == 200);
        const auto revoked = steady::now();
        while (reader.get(here.token_path(id)).status == 200) {
            REQUIRE(steady::now() - revoked < 10s);
        }
        return steady::now() - revoked;
    }
    auto listeners() -> std::string {
        return postgres_answer(
            here.database(),
            "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND "
            "application_name = 'tenon changes'"
        );
    }
};

auto in_ms(steady::duration span) -> long long {
    return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

void check_all(std::vector<steady::duration> took, const std::string& what) {
    std::ranges::sort(took);
    WARN(
        what << ": refused by the other host after " << in_ms(took[took.size() / 2])
             << " ms (median), " << in_ms(took.back()) << " ms (longest of " << took.size() << ")"
    );
    CHECK(took.back() < promised);
}

// Whether the other host answers tokens from memory.
auto remembers(const two_hosts& both) -> bool {
    const auto health = both.there().get("/health?check=cache");
    return !health.json().at("checks").at("cache").at("detail").at("bypassed").get<bool>();
}

}  // namespace

TEST_CASE("what is disconnected at one host is refused by the other within a second") {
    two_hosts both;
    REQUIRE(soon([&] { return both.listeners() == "2"; }));
    std::vector<steady::duration> took;
    for (int i = 1; i <= 20; ++i) {
        const auto id = both.connected(i);
        took.push_back(both.refused_after(id));
    }
    check_all(took, "disconnected");
#ifndef TENON_SANITIZED
    // Sooner than by looking now and then, which would take 150 ms in the middle.
    std::ranges::sort(took);
    CHECK(took[took.size() / 2] < 100ms);
#endif
}

TEST_CASE("it is refused as soon while the sessions that announce it have just been ended") {
    two_hosts both;
    std::vector<steady::duration> took;
    for (int i = 1; i <= 10; ++i) {
        const auto id = both.connected(i);
        REQUIRE(soon([&] { return both.listeners() == "2"; }));
        end_postgres_listeners(both.here.database());
        took.push_back(both.refused_after(id));
    }
    check_all(took, "disconnected, nobody listening");
    CHECK(soon([&] { return both.listeners() == "2"; }));
}

TEST_CASE("a key that is revoked at one host is refused by the other within a second") {
    two_hosts both;
    std::vector<steady::duration> took;
    for (int i = 0; i < 10; ++i) {
        const auto made = both.here.api("").post(
            "/api/keys", {{"name", "reader"}, {"scopes", {"connections:read"}}}
        );
        REQUIRE(made.status == 201);
        auto reader = both.there(made.json().at("key"));
        REQUIRE(reader.get("/api/integrations/status").status == 200);
        const auto id = made.json().at("id").get<std::string>();
        REQUIRE(both.here.api("").del("/api/keys/" + id).status / 100 == 2);
        const auto revoked = steady::now();
        while (reader.get("/api/integrations/status").status == 200) {
            REQUIRE(steady::now() - revoked < 10s);
        }
        took.push_back(steady::now() - revoked);
    }
    check_all(took, "key revoked");
}

TEST_CASE("who loses the right to a token while it is renewed is not answered with it") {
    const auto loses_key = GENERATE(true, false);
    CAPTURE(loses_key);
    auto options = on_postgres();
    options.settings = json{{"access_lifetime_s", 4}};
    world here(options);
    const auto other = here.replica();
    const auto id = here.connected("ann", "u1");
    here.connected("bob", "u1");  // the grant is his as well
    const auto made =
        here.api("").post("/api/keys", {{"name", "reader"}, {"scopes", {"tokens:read"}}});
    REQUIRE(made.status == 201);
    REQUIRE(here.provider().configure(json{{"access_lifetime_s", 3'600}}).empty());  // from now on
    http_client reader(
        other->url(), {{"X-API-Key", made.json().at("key")}, {"X-Tenon-User", "ann"}}
    );
    sim::fault slow;
    slow.path = "/token";
    slow.delay_ms = 5'000;
    here.provider().inject(slow);
    std::this_thread::sleep_for(4'200ms);  // a host has begun to renew it by then
    auto answer = std::async(std::launch::async, [&] { return reader.get(here.token_path(id)); });
    REQUIRE(answer.wait_for(500ms) == std::future_status::timeout);
    const auto gone = loses_key
                          ? here.api("").del("/api/keys/" + made.json().at("id").get<std::string>())
                          : here.api("ann").del("/api/integrations/disconnect/demo/" + id);
    REQUIRE(gone.status / 100 == 2);
    const auto status = answer.get().status;
    CHECK((loses_key ? status == 401 : status == 404 || status == 409));
    CHECK(here.api("bob").get(here.token_path("u1")).status == 200);
    CHECK(here.provider().count().refreshes == 1);
}

TEST_CASE("a host that can't see what others change answers nothing from memory") {
    two_hosts both;
    const auto id = both.connected(1);
    CHECK(remembers(both));
    postgres_command(both.here.database(), "REVOKE SELECT ON changes FROM tenon");
    CHECK(soon([&] { return !remembers(both); }));
    CHECK(both.there().get(both.here.token_path(id)).status == 200);  // from the database
    CHECK(both.refused_after(id) < promised);
    postgres_command(both.here.database(), "GRANT SELECT ON changes TO tenon");
    CHECK(soon([&] { return remembers(both); }));
}

}  // namespace tenon::test
