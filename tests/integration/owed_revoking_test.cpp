// Who leaves while the provider can't be asked: their tokens are ended there later.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

auto on(engine stored_in) -> world_options {
    world_options options;
    options.stored_in = stored_in;
    return options;
}

void break_revoking(world& here, sim::fault_kind how, std::int64_t times) {
    sim::fault away;
    away.path = "/revoke";
    away.kind = how;
    away.times = times;
    here.provider().inject(away);
}

auto leave(world& here, const std::string& account = {}) -> json {
    const auto path = "/api/integrations/disconnect/" + here.name();
    const auto left = here.api().del(account.empty() ? path : path + "/" + account);
    INFO(left.body);
    REQUIRE(left.status == 200);
    return left.json();
}

auto owed(world& here) -> std::int64_t {
    return here.count("SELECT COUNT(*) FROM owed_revocations");
}

void let_be_due(world& here) {
    here.change_database("UPDATE owed_revocations SET due_at = 1");
}

auto late_lines(world& here) -> json {
    return here.api().get("/api/audit?action=revocation.ended").json().at("entries");
}

auto metric(world& here, const std::string& line) -> bool {
    return here.api().get("/metrics").body.find(line + "\n") != std::string::npos;
}

// Of the one origin that there is; empty: the gauge is not there.
auto circuit_open(world& here) -> std::string {
    const std::string name = "tenon_circuit_open{origin=";
    const auto body = here.api().get("/metrics").body;
    const auto begin = body.find(name);
    if (begin == std::string::npos) {
        return {};
    }
    const auto value = body.find("} ", begin) + 2;
    return body.substr(value, body.find('\n', value) - value);
}

}  // namespace

TEST_CASE("tokens that a provider could not revoke are revoked when it is back") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(on(stored_in));
    const auto id = here.connected();
    break_revoking(here, sim::fault_kind::status, 2);
    const auto told = leave(here, id);
    CHECK(told.at("revocations").at(0).at("outcome") == "pending");
    CHECK(told.at("message").get<std::string>().find("tried again") != std::string::npos);
    CHECK(here.api().get(here.token_path(id)).status == 404);
    CHECK(here.api().get("/api/integrations/status").json().at("integrations").empty());
    CHECK(here.provider().count().revokes == 0);
    CHECK(owed(here) == 1);
    CHECK(soon([&] { return metric(here, "tenon_revocations_owed 1"); }));
    CHECK(metric(here, R"(tenon_revocations_total{outcome="pending",provider="demo"} 1)"));

    let_be_due(here);
    REQUIRE(soon([&] { return here.provider().requests()["/revoke"] == 2; }));
    let_be_due(here);  // it was put off
    REQUIRE(soon([&] { return owed(here) == 0; }));
    CHECK(here.provider().count().revokes == 2);  // the refresh token and the access token
    CHECK(metric(here, R"(tenon_revocations_total{outcome="revoked",provider="demo"} 1)"));
    const auto lines = late_lines(here);
    REQUIRE(lines.size() == 1);
    CHECK(lines.at(0).at("connectionId") == id);
    CHECK(lines.at(0).at("detail").at("revocations").at(0).at("outcome") == "revoked");
}

TEST_CASE("a revocation that is owed outlives kill -9") {
    const auto stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(stored_in));
    world here(on(stored_in));
    here.connected();
    break_revoking(here, sim::fault_kind::reset_before_read, 1);
    CHECK(leave(here).at("revocations").at(0).at("outcome") == "pending");
    here.host().kill();
    CHECK(owed(here) == 1);
    here.host().start();
    REQUIRE(soon([&] { return owed(here) == 0; }));
    CHECK(here.provider().count().revokes == 2);
    CHECK(late_lines(here).size() == 1);
}

TEST_CASE("who leaves while the circuit is open is not forgotten") {
    world here;
    const auto last = here.connected("ann", "u9");
    for (int i = 1; i <= 8; ++i) {
        here.connected("ann", "u" + std::to_string(i));
    }
    break_revoking(here, sim::fault_kind::status, 8);
    const auto all = here.api().get("/api/integrations/status").json().at("integrations");
    for (const auto& one : all) {
        if (one.at("connectionId") != last) {
            leave(here, one.at("connectionId"));
        }
    }
    const auto asked = here.provider().requests()["/revoke"];
    CHECK(asked == 8);
    CHECK(leave(here, last).at("revocations").at(0).at("outcome") == "pending");
    CHECK(here.provider().requests()["/revoke"] == asked);
    CHECK(owed(here) == 9);
    CHECK(circuit_open(here) == "1");
    REQUIRE(soon([&] { return owed(here) == 0; }));
    CHECK(here.provider().count().revokes == 18);
    CHECK(circuit_open(here) == "0");
}

TEST_CASE("two hosts make no revocation that is owed twice") {
    world here(on(engine::postgresql));
    const auto other = here.replica();
    constexpr std::size_t accounts = 6;  // fewer than open the circuit
    for (std::size_t i = 1; i <= accounts; ++i) {
        here.connected("ann", "u" + std::to_string(i));
    }
    break_revoking(here, sim::fault_kind::status, static_cast<std::int64_t>(accounts));
    CHECK(leave(here).at("revocations").size() == accounts);
    sim::fault slow;
    slow.path = "/revoke";
    slow.delay_ms = 1'000;
    slow.times = 1'000;
    here.provider().inject(slow);
    REQUIRE(soon([&] { return owed(here) == 0; }));
    CHECK(here.provider().requests()["/revoke"] == 3 * accounts);
    CHECK(late_lines(here).size() == accounts);
}

}  // namespace tenon::test
