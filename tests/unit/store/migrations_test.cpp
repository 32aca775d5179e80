#include "store/migrations.hpp"

#include "samples.hpp"
#include "store/migration_text.hpp"

#include <array>
#include <atomic>
#include <thread>

namespace tenon::test {

namespace {

const system_clock wall_clock;

constexpr std::string_view one_text =
    "-- first\n\n-- up\nCREATE TABLE one (id BIGINT);\n-- down\nDROP TABLE one;\n";
constexpr std::string_view two_text =
    "-- up sqlite\nCREATE TABLE two (id BIGINT, engine TEXT DEFAULT 'sqlite');\n"
    "-- up postgresql\nCREATE TABLE two (id BIGINT, engine TEXT DEFAULT 'postgresql');\n"
    "-- up\nINSERT INTO two (id) VALUES (1);\n-- down\nDROP TABLE two;\n";

constexpr migration one{1, "one", "checksum-1", one_text};
constexpr migration two{2, "two", "checksum-2", two_text};

auto empty_database() -> test_database {
    return test_database(any_engine(), {}, test_database::schema::empty);
}

auto tables(database& db) -> std::int64_t {
    return as_service(db, access::read, [](sql_session& session) {
        return run(session, session.engine() == sql_engine::sqlite
                                ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' "
                                  "AND name NOT LIKE 'sqlite_%' AND name <> 'schema_migrations'"
                                : "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public' "
                                  "AND tablename <> 'schema_migrations'")[0]
            .integer(0);
    });
}

}  // namespace

TEST_CASE("the built-in migrations go up, all the way down, and up again", "[store]") {
    test_database store = empty_database();
    const auto count = static_cast<int>(built_in_migrations().size());
    for (int round = 0; round < 2; ++round) {
        const auto up = migrate_up(store.db(), wall_clock);
        REQUIRE(up);
        CHECK(*up == count);
        CHECK(tables(store.db()) > 10);
        const auto down = migrate_down(store.db(), 0);
        REQUIRE(down);
        CHECK(*down == count);
        CHECK(tables(store.db()) == 0);
    }
}

TEST_CASE("a version that there is not is no place to go back to", "[store]") {
    test_database store = empty_database();
    const auto both = std::to_array<migration>({one, two});
    REQUIRE(migrate_up(store.db(), wall_clock, both));
    for (const std::int64_t version : {-1, 3, 99}) {
        const auto down = migrate_down(store.db(), version, both);
        REQUIRE_FALSE(down);
        CHECK(down.error().code == errc::invalid_request);
        CHECK_THAT(
            down.error().message, Catch::Contains("version " + std::to_string(version)) &&
                                      Catch::Contains("from 0") && Catch::Contains("to 2")
        );
    }
    CHECK(migrate_down(store.db(), 2, both).value() == 0);
}

TEST_CASE("what is applied is not applied again", "[store]") {
    test_database store(any_engine());
    const auto up = migrate_up(store.db(), wall_clock);
    REQUIRE(up);
    CHECK(*up == 0);
}

TEST_CASE("each engine gets its own parts, in their order", "[store]") {
    test_database store = empty_database();
    const auto both = std::to_array<migration>({one, two});
    REQUIRE(migrate_up(store.db(), wall_clock, both));
    const auto engine = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session, "SELECT engine FROM two WHERE id = 1")[0].text(0);
    });
    CHECK(engine == (store.engine() == sql_engine::sqlite ? "sqlite" : "postgresql"));
}

TEST_CASE("status tells what is applied and what is pending", "[store]") {
    test_database store = empty_database();
    const auto first = std::to_array<migration>({one});
    const auto both = std::to_array<migration>({one, two});
    REQUIRE(migrate_up(store.db(), wall_clock, first));
    const auto states = migration_status(store.db(), both);
    REQUIRE(states);
    REQUIRE(states->size() == 2);
    CHECK((*states)[0].name == "one");
    CHECK((*states)[0].applied_at.has_value());
    CHECK_FALSE((*states)[1].applied_at.has_value());
}

TEST_CASE("down goes back to the version that is asked for", "[store]") {
    test_database store = empty_database();
    const auto both = std::to_array<migration>({one, two});
    REQUIRE(migrate_up(store.db(), wall_clock, both));
    const auto down = migrate_down(store.db(), 1, both);
    REQUIRE(down);
    CHECK(*down == 1);
    CHECK(tables(store.db()) == 1);
}

TEST_CASE("an applied migration that was changed is refused, and nothing happens", "[store]") {
    test_database store = empty_database();
    const auto first = std::to_array<migration>({one});
    REQUIRE(migrate_up(store.db(), wall_clock, first));
    const auto changed = std::to_array<migration>({{1, "one", "another", one_text}, two});
    const auto up = migrate_up(store.db(), wall_clock, changed);
    REQUIRE_FALSE(up);
    CHECK(up.error().code == errc::conflict);
    CHECK_THAT(up.error().message, Catch::Contains("1 (one)") && Catch::Contains("changed"));
    CHECK(tables(store.db()) == 1);
}

TEST_CASE("a database that is newer than the binary is refused", "[store]") {
    test_database store = empty_database();
    const auto both = std::to_array<migration>({one, two});
    const auto first = std::to_array<migration>({one});
    REQUIRE(migrate_up(store.db(), wall_clock, both));
    const auto up = migrate_up(store.db(), wall_clock, first);
    REQUIRE_FALSE(up);
    CHECK(up.error().code == errc::conflict);
    CHECK_THAT(up.error().message, Catch::Contains("2 (two)") && Catch::Contains("newer"));
    CHECK_FALSE(migrate_down(store.db(), 0, first));
    CHECK_FALSE(migration_status(store.db(), first));
}

TEST_CASE("a migration that fails leaves nothing behind, and keeps what came before", "[store]") {
    test_database store = empty_database();
    const auto broken = std::to_array<migration>(
        {one,
         {2, "bad", "c", "-- up\nCREATE TABLE half (id BIGINT);\nCREATE TABEL oops;\n-- down\n"}}
    );
    const auto up = migrate_up(store.db(), wall_clock, broken);
    REQUIRE_FALSE(up);
    CHECK(up.error().code == errc::internal);
    CHECK(tables(store.db()) == 1);
    const auto first = std::to_array<migration>({one});
    const auto states = migration_status(store.db(), first);
    REQUIRE(states);
    CHECK((*states)[0].applied_at.has_value());
}

TEST_CASE("hosts that start at once migrate once", "[store][concurrency]") {
    test_database store = empty_database();
    std::atomic<int> applied{0};
    std::atomic<int> failed{0};
    std::vector<std::thread> hosts;
    for (int i = 0; i < 4; ++i) {
        hosts.emplace_back([&] {
            const auto own = open_database(store.url());
            const auto up = own ? migrate_up(**own, wall_clock) : host::result<int>(own.error());
            failed += up ? 0 : 1;
            applied += up ? *up : 0;
        });
    }
    for (auto& host : hosts) {
        host.join();
    }
    CHECK(failed == 0);
    CHECK(applied == static_cast<int>(built_in_migrations().size()));
}

TEST_CASE("every built-in migration has a number of its own, a checksum and both ways", "[store]") {
    std::int64_t last = 0;
    for (const auto& each : built_in_migrations()) {
        CHECK(each.version == last + 1);
        last = each.version;
        CHECK(each.checksum.size() == 64);
        int engines = 0;
        for (const auto engine : {sql_engine::sqlite, sql_engine::postgresql}) {
            const bool up = !migration_part(each.text, migration_direction::up, engine)->empty();
            CHECK(up == !migration_part(each.text, migration_direction::down, engine)->empty());
            engines += up ? 1 : 0;
        }
        CHECK(engines > 0);
    }
}

TEST_CASE("a part for an engine that does not exist is refused", "[store]") {
    const auto part =
        migration_part("-- up mysql\nSELECT 1;\n", migration_direction::up, sql_engine::sqlite);
    REQUIRE_FALSE(part);
    CHECK_THAT(part.error().message, Catch::Contains("-- up mysql"));
}

}  // namespace tenon::test
