// What is over goes by itself, and nothing else does.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

struct numbers {
    std::int64_t flows, changes, answers;
    auto operator==(const numbers&) const -> bool = default;
};

// Of those that began before the test made them old, and of all.
auto numbers_in(world& here, bool old) -> numbers {
    const std::string upto = old ? "1" : "9999999999999";
    return {
        here.count("SELECT COUNT(*) FROM pending_connects WHERE expires_at <= " + upto),
        here.count("SELECT COUNT(*) FROM changes WHERE at <= " + upto),
        here.count("SELECT COUNT(*) FROM idempotency WHERE expires_at <= " + upto)};
}

// A flow that nobody ends, and whose answer is kept for whoever asks again.
void begin_once(world& here, const std::string& key) {
    http_client client(
        here.host().url(),
        {{"X-API-Key", operator_key}, {"X-Tenon-User", "ann"}, {"Idempotency-Key", key}}
    );
    const json begin{{"redirectUrl", "http://127.0.0.1:9/after"}};
    REQUIRE(client.post("/api/integrations/connect/demo", begin).status == 200);
}

auto put_read(std::int64_t days_ago) -> std::string {
    using namespace std::chrono;
    const auto minute = floor<minutes>(system_clock::now() - days(days_ago)).time_since_epoch();
    return "INSERT INTO credential_reads (org_id, api_key_id, connection_id, minute, count) "
           "SELECT id, 'key', 'connection', " +
           std::to_string(milliseconds(minute).count()) + ", 1 FROM organizations;";
}

auto count_reads(world& here) -> std::int64_t {
    return here.count("SELECT COUNT(*) FROM credential_reads WHERE connection_id = 'connection'");
}

// Past the trigger that keeps what its lines say.
auto age_first_lines(const world& here, int lines) -> std::string {
    const std::string unhindered = here.database().empty()
                                       ? "DROP TRIGGER audit_log_keeps_contents;"
                                       : "SET session_replication_role = replica;";
    return unhindered +
           "UPDATE audit_log SET at = at - 90000000 WHERE position <= " + std::to_string(lines);
}

auto count_lines(world& here, const std::string& which) -> std::int64_t {
    return here.count("SELECT COUNT(*) FROM audit_log WHERE " + which);
}

}  // namespace

TEST_CASE("flows that nobody ended, old changes and answers that were kept are cleaned away") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    begin_once(here, "old");
    const auto id = here.connected();
    REQUIRE(here.api().del("/api/integrations/disconnect/demo/" + id).status == 200);
    here.host().stop();
    here.change_database(
        "UPDATE pending_connects SET expires_at = 1; UPDATE changes SET at = 1;"
        "UPDATE idempotency SET expires_at = 1"
    );
    const auto before = numbers_in(here, true);
    REQUIRE(before.flows == 1);
    REQUIRE(before.changes > 0);
    REQUIRE(before.answers == 1);
    here.host().start();
    begin_once(here, "new");
    CHECK(soon([&] { return numbers_in(here, true) == numbers{0, 0, 0}; }));
    CHECK(numbers_in(here, false).flows == 1);
    CHECK(numbers_in(here, false).answers == 1);
}

TEST_CASE("it is forgotten after a while who read a credential, or never where that is asked for") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    const bool for_ever = GENERATE(false, true);
    CAPTURE(for_ever);
    options.config = for_ever ? "credential_reads_days: 0\n" : "";
    world here(options);
    begin_once(here, "old");
    here.host().stop();
    const auto old = put_read(91) + put_read(400);
    const auto kept = put_read(89) + put_read(0);
    here.change_database("UPDATE pending_connects SET expires_at = 1;" + old + kept);
    REQUIRE(count_reads(here) == 4);
    here.host().start();
    // Cleaned after them.
    REQUIRE(soon([&] { return numbers_in(here, true).flows == 0; }));
    CHECK(count_reads(here) == (for_ever ? 4 : 2));
}

TEST_CASE("old lines of the audit log go when their days are over, and the rest of it holds") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    options.service_role = options.stored_in == engine::postgresql ? "tenon_service" : "";
    options.config = "audit_days: 1\n";
    world here(options);
    here.connected("ann", "u1");
    here.connected("ann", "u2");
    here.connected("ann", "u3");
    REQUIRE(soon([&] { return count_lines(here, "position IS NULL") == 0; }));
    const auto all = count_lines(here, "position > 0");
    REQUIRE(all > 2);
    here.host().stop();
    // Nor does the process that ended hold the log's chain any more.
    here.change_database("UPDATE leases SET until = 1;" + age_first_lines(here, 2));
    here.host().start();
    CHECK(soon([&] { return count_lines(here, "position <= 2") == 0; }));
    CHECK(count_lines(here, "position > 2") >= all - 2);
    const auto verdict = here.verify_audit();
    INFO(verdict.out + verdict.err);
    CHECK(verdict.code == 0);
    CHECK(verdict.out.find("lines 3 to ") != std::string::npos);
}

}  // namespace tenon::test
