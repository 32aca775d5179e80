// What looking for due grants costs, and how providers share it.
#include "samples.hpp"
#include "store/intents.hpp"
#include "store/shared_sql.hpp"

#include <algorithm>

namespace tenon::test {

namespace {

const provider_id few("few");
const provider_id many("many");

void add_due(
    sql_session& session, const provider_id& provider, const std::string& id, time_point due
) {
    auto row = sample_grant(id, id);
    row.provider = provider;
    row.next_refresh_at = due;
    (void)*upsert_grant(session, row);
}

// All of it more overdue than what the other has.
void add_backlog(database& db, int size) {
    writing(db, [&](sql_session& session) {
        for (int i = 0; i < size; ++i) {
            add_due(session, many, "m" + std::to_string(i), at(i % 100));
        }
        add_due(session, few, "f1", at(150));
        add_due(session, few, "f2", at(160));
    });
}

// All due within the first moments; `bytes`: how long a token is.
void add_copies_of(sql_session& session, int count, int bytes) {
    session.execute_script(
        "CREATE TEMP TABLE copies ON COMMIT DROP AS SELECT grants.*, n FROM grants, "
        "generate_series(1, " +
        std::to_string(count) +
        ") n WHERE id = 'm0';"
        "UPDATE copies SET id = 'c' || n, account_id = 'c' || n, next_refresh_at = n % 100, "
        "access_token = decode(repeat('00', " +
        std::to_string(bytes) +
        "), 'hex');"
        "ALTER TABLE copies DROP COLUMN n;"
        "INSERT INTO grants SELECT * FROM copies"
    );
}

// So many that no plan reads all of them, which it may where that is cheap.
void add_copies(sql_session& session) {
    add_copies_of(session, 30'000, 10);
    session.execute_script("ANALYZE grants");
}

// Of the table, and of its indexes, by whatever plan: one that collects rows by bitmap counts none
// as fetched.
auto rows_read(sql_session& session) -> std::int64_t {
    const auto rows =
        run(session,
            "SELECT CAST(pg_stat_get_xact_tuples_returned(CAST('grants' AS regclass)) + "
            "SUM(pg_stat_get_xact_tuples_returned(indexrelid)) AS BIGINT) FROM pg_index "
            "WHERE indrelid = CAST('grants' AS regclass)");
    return rows[0].integer(0);
}

}  // namespace

TEST_CASE("a backlog is not walked through to find what another provider has due", "[store]") {
    test_database store(sql_engine::postgresql);
    add_backlog(store.db(), 1);
    as_service(store.db(), access::write, add_copies);
    const auto others = [](const provider_id& one) { return one != many; };
    for (int i = 0; i < 12; ++i) {  // the plan for these values, and then the one for any
        as_service(store.db(), access::write, [&others](sql_session& session) {
            const auto before = rows_read(session);
            CHECK(due_grants(session, at(200), 10, others).size() == 2);
            CHECK(due_grants(session, at(200), 10).size() == 12);
            CHECK(rows_read(session) - before < 60);
        });
    }
}

TEST_CASE("a backlog is not walked through to claim some of it", "[store]") {
    test_database store(sql_engine::postgresql);
    add_backlog(store.db(), 1);
    as_service(store.db(), access::write, add_copies);
    for (int i = 0; i < 12; ++i) {  // the plan for these values, and then the one for any
        as_service(store.db(), access::write, [](sql_session& session) {
            const auto due = due_grants(session, at(200), 10);
            const auto before = rows_read(session);
            const auto claimed = claim_due_grants(session, due, "host", at(1'000), at(200));
            CHECK(claimed.size() == due.size());
            CHECK(rows_read(session) - before < 200);
            CHECK(grants_with_intents(session, claimed).empty());
        });
    }
}

TEST_CASE("a backlog is not walked through where PostgreSQL has no statistics of it", "[store]") {
    test_database store(sql_engine::postgresql);
    add_backlog(store.db(), 1);
    as_service(store.db(), access::write, [](sql_session& session) {
        add_copies_of(session, 10'000, 700);
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        session.execute_script("UPDATE grants SET next_refresh_at = 1");
    });
    for (int i = 0; i < 12; ++i) {
        as_service(store.db(), access::write, [](sql_session& session) {
            const auto before = rows_read(session);
            const auto due = due_grants(session, at(200), 10);
            CHECK(rows_read(session) - before < 2'000);  // entries of rows as they were
            const auto between = rows_read(session);
            const auto claimed = claim_due_grants(session, due, "host", at(1'000), at(200));
            CHECK(claimed.size() == due.size());
            CHECK(rows_read(session) - between < 200);
        });
    }
}

TEST_CASE("each step to what is due is a lookup", "[store]") {
    test_database store(sql_engine::sqlite);
    add_backlog(store.db(), 300);
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto check = [](const sql_rows& plan) {
            int lookups = 0;
            for (std::size_t i = 0; i < plan.size(); ++i) {
                const auto& step = plan[i].text(3);
                CAPTURE(step);
                CHECK(step.find("TEMP B-TREE") == std::string::npos);
                if (step.find("grants") != std::string::npos || step.starts_with("SEARCH g")) {
                    CHECK(step.find("grants_due") != std::string::npos);
                    ++lookups;
                }
            }
            CHECK(lookups > 0);
        };
        const std::string explain = "EXPLAIN QUERY PLAN ";
        check(run(session, explain + std::string(host::providers_due_statement), at(200)));
        const auto of_one =
            run(session, explain + std::string(host::due_of_provider_statement), at(200),
                std::int64_t{10}, few);
        check(of_one);
        CHECK(of_one[0].text(3).find("next_refresh_at<?") != std::string::npos);
    });
}

TEST_CASE("providers take turns, however much of one is due", "[store]") {
    test_database store(any_engine());
    add_backlog(store.db(), 100);
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto due = due_grants(session, at(200), 5);
        REQUIRE(due.size() == 7);
        const auto of_few =
            std::ranges::count(due.begin(), due.begin() + 4, few, &due_grant::provider);
        CHECK(of_few == 2);
        CHECK(due[0].next_refresh_at == at(0));
        CHECK(due[1].id.text() == "f1");
        CHECK(due[3].id.text() == "f2");
    });
}

}  // namespace tenon::test
