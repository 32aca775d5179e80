// A backup of one database in another: everything that was there, and nothing that was not.
#include "store/audit.hpp"
#include "store/carrying.hpp"
#include "store/intents.hpp"
#include "store/migration_history.hpp"
#include "store/migrations.hpp"
#include "unit/backup/stock.hpp"

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

// Leases end with the processes that had them.
void forget_owners(database& db) {
    as_service(db, access::write, settle_rows);
}

void add_line(sql_session& session, const std::string& id) {
    audit_row line;
    line.id = id;
    append_audit(session, line);
}

auto schema(test_database& store) -> std::size_t {
    return as_service(store.db(), access::read, read_applied).size();
}

}  // namespace

TEST_CASE("a backup of either engine is restored into either, with every row as it was") {
    const auto from = any_engine();
    const auto to = GENERATE(sql_engine::sqlite, sql_engine::postgresql);
    INFO(name_of(from) << " to " << name_of(to));
    test_database source(from);
    stock(source.db(), *sealer_of());
    const auto before = contents_of(source.db());
    for (const auto& [table, rows] : before) {
        INFO(table);
        CHECK_FALSE(rows.empty());
    }
    const auto bytes = backup_of(source.db());
    CHECK(contents_of(source.db()) == before);
    test_database target(to, {}, test_database::schema::empty);
    REQUIRE(restored(target.db(), bytes));
    forget_owners(source.db());
    CHECK(contents_of(target.db()) == contents_of(source.db()));
    CHECK(schema(target) == built_in_migrations().size());
    CHECK_FALSE(backup_of(target.db()).empty());
}

TEST_CASE("many rows come across, whatever their number") {
    const auto engine = any_engine();
    const auto rows = GENERATE(199, 200, 401);
    test_database source(engine);
    writing(source.db(), [&](sql_session& session) {
        for (int i = 0; i < rows; ++i) {
            const auto text = std::to_string(i);
            (void)upsert_connection(session, sample_connection("c" + text, "u" + text, text));
            add_line(session, "line-" + text);
        }
    });
    test_database target(engine, {}, test_database::schema::empty);
    REQUIRE(restored(target.db(), backup_of(source.db())));
    CHECK(contents_of(target.db()) == contents_of(source.db()));
}

TEST_CASE("a backup is of one moment, whatever is written while it is made") {
    test_database source(any_engine());
    stock(source.db(), *sealer_of());
    const auto before = contents_of(source.db());
    std::string bytes;
    int pieces = 0;
    const auto sink = [&](std::string_view more) {
        bytes += more;
        const auto id = "later-" + std::to_string(++pieces);
        writing(source.db(), [&](sql_session& session) {
            (void)upsert_connection(session, sample_connection(id, id, id));
            add_line(session, id);
        });
        return host::result<void>();
    };
    REQUIRE(take_backup(
        source.db(), host::system_clock(), "1.2.3", sink, [](std::int64_t, std::int64_t) {}
    ));
    CHECK(pieces > 10);
    test_database then(source.engine(), {}, test_database::schema::empty);
    REQUIRE(restored(then.db(), bytes));
    test_database expected(source.engine());
    CHECK(contents_of(then.db()).at("connections") == before.at("connections"));
    CHECK(contents_of(then.db()).at("audit_log") == before.at("audit_log"));
}

TEST_CASE("numbers go on behind those that came, and nothing belongs to a process any more") {
    test_database source(any_engine());
    stock(source.db(), *sealer_of());
    const auto to = GENERATE(sql_engine::sqlite, sql_engine::postgresql);
    test_database target(to, {}, test_database::schema::empty);
    REQUIRE(restored(target.db(), backup_of(source.db())));
    as_service(target.db(), access::read, [](sql_session& session) {
        for (const auto& intent : intents_untouched_since(session, at(1'000'000), 10)) {
            CHECK(intent.owner.empty());
        }
        CHECK(intents_untouched_since(session, at(1'000'000), 10).size() == 2);
        CHECK(run(session, "SELECT 1 FROM leases").empty());
    });
    writing(target.db(), [](sql_session& session) {
        CHECK(take_grant_lease(session, grant_id("g1"), "host-2", at(95'000), at(2)).has_value());
        add_line(session, "the next");
        CHECK(list_audit(session, {}).at(0).id == "the next");
    });
}

TEST_CASE("a restore never overwrites: it takes an empty database only, and says so") {
    test_database source(any_engine());
    stock(source.db(), *sealer_of());
    const auto bytes = backup_of(source.db());
    const auto before = contents_of(source.db());
    const auto refused = restored(source.db(), bytes);
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::conflict);
    CHECK_THAT(refused.error().message, Contains("not empty (keyring_checks has rows)"));
    CHECK(contents_of(source.db()) == before);
}

TEST_CASE("a restore that is cut off leaves nothing behind, and can be done again") {
    test_database source(any_engine());
    stock(source.db(), *sealer_of());
    const auto bytes = backup_of(source.db());
    test_database target(source.engine(), {}, test_database::schema::empty);
    const auto kept = GENERATE(20, 40, 60, 80, 99);
    const auto part = bytes.substr(0, bytes.size() * static_cast<std::size_t>(kept) / 100);
    const auto cut = restored(target.db(), part);
    REQUIRE(cut.has_error());
    CHECK_THAT(cut.error().message, Contains("cut off"));
    CHECK(as_service(target.db(), access::read, first_with_rows).empty());
    REQUIRE(restored(target.db(), bytes));
    CHECK(contents_of(target.db()).at("grants").size() == 2);
}

TEST_CASE("a backup of an older schema is migrated on the way; a newer empty one must go back") {
    const auto engine = any_engine();
    const auto old = built_in_migrations().first(5);
    test_database source(engine, {}, test_database::schema::empty);
    REQUIRE(migrate_up(source.db(), host::system_clock(), old));
    as_service(source.db(), access::write, [](sql_session& session) {
        run(session, "INSERT INTO organizations (id, name, created_at) VALUES ('o', 'O', 1)");
    });
    const auto bytes = backup_of(source.db());
    test_database target(engine, {}, test_database::schema::empty);
    REQUIRE(restored(target.db(), bytes));
    CHECK(schema(target) == built_in_migrations().size());
    CHECK(contents_of(target.db()).at("organizations").size() == 1);
    test_database newer(engine);
    const auto refused = restored(newer.db(), bytes);
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().message, Contains("tenon migrate down --to 5"));
    REQUIRE(migrate_down(newer.db(), 5));
    REQUIRE(restored(newer.db(), bytes));
    REQUIRE(migrate_down(newer.db(), 0));  // for the next test, as it was
    REQUIRE(migrate_up(newer.db(), host::system_clock()));
}

TEST_CASE("there is no backup of a database without tables, nor one whose file can't be written") {
    test_database empty(any_engine(), {}, test_database::schema::empty);
    const auto nothing = [](std::int64_t, std::int64_t) {};
    const auto full = [](std::string_view) {
        return host::result<void>(fail(errc::storage_unavailable, "the disk is full"));
    };
    auto refused = take_backup(empty.db(), host::system_clock(), "1.2.3", full, nothing);
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().message, Contains("nothing to back up"));
    test_database stocked(empty.engine());
    refused = take_backup(stocked.db(), host::system_clock(), "1.2.3", full, nothing);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message == "the disk is full");
}

}  // namespace tenon::test
