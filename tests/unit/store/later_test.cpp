// Statements whose answer nobody waits for.
#include "samples.hpp"
#include "support/postgres.hpp"

namespace tenon::test {

namespace {

void insert_later(sql_session& session, const std::string& account) {
    run_later(
        session,
        "INSERT INTO connections (org_id, id, user_id, provider, account_id, status, "
        "status_reason, scope, metadata, connect_params, created_at, updated_at) "
        "VALUES ($1, $2, 'user-1', 'acme', $2, 'connected', '', '', '{}', '{}', 1, 1)",
        session.org(), account
    );
}

}  // namespace

TEST_CASE("what nobody waits for is done in its order, and committed with the rest", "[store]") {
    test_database store(any_engine());
    SECTION("before the next statement") {
        writing(store.db(), [](sql_session& session) {
            insert_later(session, "a1");
            insert_later(session, "a2");
            CHECK(count_connections(session) == 2);
            insert_later(session, "a3");
        });
        CHECK(reading(store.db(), count_connections) == 3);
    }
    SECTION("with the commit, if there is no other statement") {
        writing(store.db(), [](sql_session& session) { insert_later(session, "a1"); });
        CHECK(reading(store.db(), count_connections) == 1);
    }
    SECTION("or not at all, if the function fails") {
        CHECK(refused(store.db(), access::write, [](sql_session& session) {
                  insert_later(session, "a1");
                  throw storage_failure(fail(errc::not_found, "no"));
              }) == errc::not_found);
        CHECK(reading(store.db(), count_connections) == 0);
    }
}

TEST_CASE("what fails although nobody waits for it is the transaction's error", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { insert(session, "c1", "a1"); });
    const auto fails_at_the_end = [](sql_session& session) {
        insert(session, "c2", "a2");
        insert_later(session, "a3");
        insert_later(session, "a3");
    };
    const auto fails_alone = [](sql_session& session) {
        insert_later(session, "a3");
        insert_later(session, "a3");
    };
    const auto fails_before_the_next = [](sql_session& session) {
        insert_later(session, "a3");
        insert_later(session, "a3");
        insert(session, "c4", "a4");
    };
    CHECK(refused(store.db(), access::write, fails_at_the_end) == errc::conflict);
    CHECK(refused(store.db(), access::write, fails_alone) == errc::conflict);
    CHECK(refused(store.db(), access::write, fails_before_the_next) == errc::conflict);
    CHECK(reading(store.db(), count_connections) == 1);
    writing(store.db(), [](sql_session& session) { insert(session, "c5", "a5"); });
    CHECK(reading(store.db(), count_connections) == 2);
}

TEST_CASE("what needs no answer goes over a new session where the old one ended", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    for (int i = 1; i <= 3; ++i) {
        writing(store.db(), [&](sql_session& session) {
            insert_later(session, std::to_string(i));
        });
        CHECK(reading(store.db(), count_connections) == i);
        end_postgres_sessions(store.name());
    }
}

}  // namespace tenon::test
