// PostgreSQL keeps organizations apart even where a statement forgets to.
#include "samples.hpp"
#include "store/audit_heads.hpp"
#include "store/migrations.hpp"
#include "store/roles.hpp"
#include "support/postgres.hpp"

namespace tenon::test {

namespace {

using Catch::Matchers::Contains;

void insert(database& db, const std::string& id, const org_id& org = org_a) {
    in_org(db, org, access::write, [&](sql_session& session) {
        (void)upsert_connection(session, sample_connection(id, "user-1", id));
    });
}

auto open_as(const std::string& role, const test_database& store) -> std::unique_ptr<database> {
    return open_database(postgres_url(store.name(), role)).value();
}

}  // namespace

TEST_CASE("each table with an organization's rows is under forced row-level security", "[store]") {
    test_database store(sql_engine::postgresql);
    const auto open = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session,
                   "SELECT COALESCE(string_agg(CAST(c.relname AS TEXT), ' '), '') FROM pg_class c "
                   "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'org_id' "
                   "WHERE c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity "
                   "AND EXISTS (SELECT 1 FROM pg_policy p WHERE p.polrelid = c.oid))")[0]
            .text(0);
    });
    CHECK(open.empty());
}

TEST_CASE("who does not say for which organization sees and changes nothing", "[store]") {
    test_database store(sql_engine::postgresql);
    insert(store.db(), "c1");
    CHECK(postgres_answer(store.name(), "SELECT COUNT(*) FROM connections") == "0");
    CHECK(postgres_answer(
              store.name(), "SELECT id FROM connections WHERE org_id = '" + org_a.text() + "'"
    )
              .empty());
    CHECK(postgres_answer(store.name(), "DELETE FROM connections RETURNING id").empty());
    CHECK_THROWS_AS(
        postgres_answer(
            store.name(), "INSERT INTO subjects (org_id, user_id, pseudonym) VALUES ('" +
                              org_a.text() + "', 'u', 'p')"
        ),
        std::runtime_error
    );
    CHECK(
        postgres_answer(
            store.name(),
            "SET LOCAL tenon.org = '" + org_a.text() + "'; SELECT COUNT(*) FROM connections"
        ) == "1"
    );
}

TEST_CASE("a statement that names no organization touches only the session's", "[store]") {
    test_database store(sql_engine::postgresql);
    insert(store.db(), "c1");
    insert(store.db(), "c2", org_b);
    const auto seen = reading(store.db(), [](sql_session& session) {
        return run(session, "SELECT string_agg(id, ' ') FROM connections")[0].text(0);
    });
    CHECK(seen == "c1");
    writing(store.db(), [](sql_session& session) {
        CHECK(run(session, "UPDATE connections SET scope = 'taken'").affected() == 1);
        CHECK(run(session, "DELETE FROM connections WHERE org_id = $1", org_b).affected() == 0);
    });
    const auto refused =
        store->with_org_now(org_a, access::write, [](sql_session& session) -> host::result<void> {
            run(session, "INSERT INTO subjects (org_id, user_id, pseudonym) VALUES ($1, 'u', 'p')",
                org_b);
            return {};
        });
    CHECK(refused.error().code == errc::internal);
    const auto all = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session, "SELECT COUNT(*) FROM connections")[0].integer(0);
    });
    CHECK(all == 2);
}

TEST_CASE("a role that row-level security does not bind may not serve", "[store]") {
    test_database store(sql_engine::postgresql);
    postgres_command(
        "postgres", "DROP ROLE IF EXISTS passing; CREATE ROLE passing LOGIN BYPASSRLS"
    );
    CHECK(check_service_role(store.db()).has_value());
    const auto super = check_service_role(*open_as("postgres", store)).error();
    CHECK(super.code == errc::invalid_request);
    CHECK_THAT(super.message, Contains("the database role postgres is a superuser"));
    const auto passing = check_service_role(*open_as("passing", store)).error();
    CHECK_THAT(passing.message, Contains("the database role passing has BYPASSRLS"));
    test_database embedded(sql_engine::sqlite);
    CHECK(check_service_role(embedded.db()).has_value());
}

TEST_CASE("a role beside the owner serves with what it needs and no more", "[store]") {
    test_database store(sql_engine::postgresql);
    postgres_command(
        "postgres",
        "DO $$ BEGIN CREATE ROLE \"tenon-service\" LOGIN; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    );
    const auto service = open_as("tenon-service", store);
    const auto before = migration_status(*service);
    CHECK_THAT(before.error().message, Contains("--grant-to"));
    REQUIRE(let_role_serve(store.db(), "tenon-service"));
    REQUIRE(let_role_serve(store.db(), "tenon-service"));  // as after the next migration
    const auto* const kept_from_it =
        "SELECT COALESCE(string_agg(CAST(relname AS TEXT), ' '), '') FROM pg_class WHERE relkind = "
        "'r' AND relnamespace = CAST('public' AS regnamespace) AND NOT "
        "has_table_privilege('tenon-service', oid, 'SELECT')";
    CHECK(postgres_answer(store.name(), kept_from_it).empty());
    insert(*service, "c1");
    CHECK(reading(*service, count_connections) == 1);
    CHECK(service->ping_write_now());
    CHECK(migrate_up(*service, host::system_clock()).value() == 0);
    CHECK(migration_status(*service).value().size() == built_in_migrations().size());
    writing(*service, [](sql_session& session) {
        audit_row row;
        row.id = "a1";
        append_audit(session, row);
        const auto written = unsealed_audit(session, org_a, 1).at(0);
        seal_audit(session, {written, 1, "hash", ""});
        save_audit_head(session, {org_a, 1, "hash", 1, "hash", "sealed"});
        erase_pruned_audit(session, find_audit_head(session, org_a).value());
        CHECK(list_audit(session, {}).empty());
        row.id = "a2";
        append_audit(session, row);
    });
    const auto refuses = [&](const std::string& statement) {
        const auto done =
            service->as_service_now(access::write, [&](sql_session& session) -> host::result<void> {
                session.execute_script(statement);
                return {};
            });
        return done.has_error() && done.error().code == errc::internal;
    };
    CHECK(refuses("CREATE TABLE mine (id BIGINT)"));
    CHECK(refuses("ALTER TABLE connections DISABLE ROW LEVEL SECURITY"));
    CHECK(refuses("DELETE FROM audit_log"));
    CHECK(refuses("UPDATE audit_log SET actor = 'nobody'"));
    CHECK(refuses("TRUNCATE connections"));
    CHECK(refuses("DELETE FROM schema_migrations"));
    CHECK_THAT(
        let_role_serve(store.db(), "nobody-of-that-name").error().message, Contains("no role")
    );
}

}  // namespace tenon::test
