// Nothing that the migrations make is forgotten, and every organization's rows are seen.
#include "store/kept_tables.hpp"
#include "store/roles.hpp"
#include "support/postgres.hpp"
#include "unit/backup/stock.hpp"

#include <algorithm>
#include <set>

namespace tenon::test {

TEST_CASE("a table of the migrations is in the backup, or is left behind on purpose") {
    test_database store(any_engine());
    const auto there = as_service(store.db(), access::read, existing_tables);
    std::set<std::string> known(left_tables().begin(), left_tables().end());
    for (const auto& table : kept_tables()) {
        known.emplace(table.name);
    }
    CHECK(std::set<std::string>(there.begin(), there.end()) == known);
}

TEST_CASE("rows are read in the order of their table's own primary key") {
    test_database store(sql_engine::sqlite);
    as_service(store.db(), access::read, [](sql_session& session) {
        for (const auto& table : kept_tables()) {
            const auto key =
                run(session,
                    "SELECT group_concat(name, ', ') FROM (SELECT name FROM pragma_table_info($1) "
                    "WHERE pk > 0 ORDER BY pk)",
                    table.name);
            CHECK(key[0].text(0) == table.key);
        }
    });
}

TEST_CASE("the role that serves, bound by row-level security, backs up every organization") {
    test_database store(sql_engine::postgresql);
    stock(store.db(), *sealer_of());
    postgres_command(
        "postgres",
        "DO $$ BEGIN CREATE ROLE tenon_backup LOGIN; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    );
    REQUIRE(let_role_serve(store.db(), "tenon_backup"));
    auto service = open_database(postgres_url(store.name(), "tenon_backup")).value();
    const auto bytes = backup_of(*service);
    test_database target(sql_engine::sqlite, {}, test_database::schema::empty);
    REQUIRE(restored(target.db(), bytes));
    CHECK(contents_of(target.db()).at("connections").size() == 2);
    CHECK(contents_of(target.db()).at("audit_log").size() == 6);
}

}  // namespace tenon::test
