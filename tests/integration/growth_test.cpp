// What is read of the database does not grow with what is stored in it.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "support/postgres.hpp"

#include <thread>

namespace tenon::test {
namespace {

// A user who has many, among others who have one each.
constexpr int stored = 60'000;
constexpr const char* whose = "CASE WHEN n % 20 = 0 THEN 'ann' ELSE 'user-' || n END";
constexpr int most_rows = 1'500;

// Of a minute each: the first few are of 1970, the others of now.
void copy_reads(const std::string& database) {
    postgres_command(
        database,
        "INSERT INTO credential_reads (org_id, api_key_id, connection_id, minute, count) "
        "SELECT id, 'key', 'connection-' || n, CASE WHEN n <= 10 THEN 60000 * n ELSE "
        "(EXTRACT(EPOCH FROM now())::bigint / 60 - n % 60) * 60000 END, 1 "
        "FROM generate_series(1, " +
            std::to_string(stored) + ") n, (SELECT id FROM organizations LIMIT 1) own"
    );
}

// Every verb, of the user who has many, and what the host does by itself meanwhile.
void use_each_verb(world& here, const std::string& connection) {
    auto api = here.api("ann");
    const auto path = here.name() + "/" + connection;
    CHECK(api.get(here.token_path(connection)).status == 200);
    CHECK(api.get(here.token_path("u1")).status == 200);
    // Often enough for PostgreSQL to plan for anybody's account, not for this one.
    for (int i = 0; i < 20; ++i) {
        CHECK(api.get(here.token_path("nobody")).status == 404);
    }
    CHECK(api.get("/api/integrations/profile/" + path + "?fresh=true").status == 200);
    CHECK(api.post("/api/integrations/refresh/" + path, nlohmann::json::object()).status == 200);
    CHECK(here.connected("ann", "u2") != connection);
    CHECK(api.get("/api/connections?limit=5").json().at("connections").size() == 5);
    CHECK(here.api("bob").get("/api/integrations/status").status == 200);
    CHECK(api.get("/api/audit?limit=5").status == 200);
    CHECK(api.get("/readyz").status == 200);
    CHECK(api.del("/api/integrations/disconnect/" + path).status == 200);
    std::this_thread::sleep_for(std::chrono::seconds(2));
}

// Since the statistics were reset. Sessions tell what they read when they end.
auto rows_read(world& here, const std::string& table) -> std::int64_t {
    return here.count(
        "SELECT COALESCE(SUM(seq_tup_read + idx_tup_fetch), 0)::bigint FROM "
        "pg_stat_user_tables WHERE relname = '" +
        table + "'"
    );
}

}  // namespace

TEST_CASE("no verb walks through the rows of others, nor through all of a user's") {
    world_options options;
    options.stored_in = engine::postgresql;
    options.config = "database_connections: 2\n";
    world here(options);
    const auto connection = here.connected("ann", "u1");
    copy_connection(here.database(), "u1", stored, whose);
    here.host().stop();
    copy_reads(here.database());
    postgres_command(here.database(), "ANALYZE; SELECT pg_stat_reset()");
    here.host().start();
    use_each_verb(here, connection);
    here.host().stop();
    CHECK(here.count("SELECT COUNT(*) FROM credential_reads WHERE minute <= 600000") == 0);
    for (const auto* table : {"connections", "grants", "connection_grants", "credential_reads"}) {
        CAPTURE(table);
        CHECK(rows_read(here, table) > 0);
        CHECK(rows_read(here, table) < most_rows);
    }
}

TEST_CASE("what is stored is counted once, however often the metrics are asked for") {
    world_options options;
    options.stored_in = engine::postgresql;
    world here(options);
    here.connected("ann", "u1");
    copy_connection(here.database(), "u1", stored, whose);
    here.host().stop();
    postgres_command(here.database(), "ANALYZE; SELECT pg_stat_reset()");
    here.host().start();
    auto api = here.api("ann");
    const auto shown = R"(tenon_connections{provider="demo",status="connected"} )" +
                       std::to_string(stored + 1) + "\n";
    const auto is_shown = [&] { return api.get("/metrics").body.find(shown) != std::string::npos; };
    CHECK(soon(is_shown));
    CHECK_THAT(
        api.get("/metrics").body,
        Catch::Contains(R"(tenon_grants{health="healthy",provider="demo"} )")
    );
    for (int scrapes = 0; scrapes < 50; ++scrapes) {
        CHECK(is_shown());
    }
    here.host().stop();
    for (const auto* table : {"connections", "grants"}) {
        CAPTURE(table);
        CHECK(rows_read(here, table) > stored);
        CHECK(rows_read(here, table) < stored + most_rows);
    }
}

}  // namespace tenon::test
