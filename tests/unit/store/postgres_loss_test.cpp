// PostgreSQL going away, in every moment that matters.
#include "samples.hpp"
#include "support/postgres.hpp"

#include <future>
#include <semaphore>

namespace tenon::test {

namespace {

void end_sessions(const test_database& store) {
    end_postgres_sessions(store.name());
}

void insert(sql_session& session, const std::string& id) {
    (void)upsert_connection(session, sample_connection(id, "user-1", id));
}

}  // namespace

TEST_CASE("the next call after PostgreSQL ended all sessions works", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 2});
    for (int i = 0; i < 4; ++i) {
        writing(store.db(), [&](sql_session& session) { insert(session, std::to_string(i)); });
        end_sessions(store);
        CHECK(reading(store.db(), count_connections) == i + 1);
        end_sessions(store);
    }
    CHECK(store->ping_write_now());
}

TEST_CASE("a session that ends within a transaction ends it, and the next call works", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    const auto code = refused(store.db(), access::write, [&](sql_session& session) {
        insert(session, "c1");
        end_sessions(store);
        insert(session, "c2");
    });
    CHECK(code == errc::storage_unavailable);
    CHECK(reading(store.db(), count_connections) == 0);
    writing(store.db(), [](sql_session& session) { insert(session, "c3"); });
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("a session that ends before the commit is not taken for a success", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    const auto code = refused(store.db(), access::write, [&](sql_session& session) {
        insert(session, "c1");
        end_sessions(store);
    });
    CHECK(code == errc::storage_unavailable);
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a read goes on over a new session when it ends between two statements", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    reading(store.db(), [&](sql_session& session) {
        CHECK(count_connections(session) == 0);
        end_sessions(store);
        CHECK(count_connections(session) == 0);
    });
}

TEST_CASE("a database that lets nobody in is unavailable, until it does", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    postgres_command("postgres", "ALTER DATABASE " + store.name() + " ALLOW_CONNECTIONS false");
    end_sessions(store);
    CHECK(refused(store.db(), access::read, [](sql_session& session) {
              (void)count_connections(session);
          }) == errc::storage_unavailable);
    CHECK_FALSE(store->ping_write_now());
    postgres_command("postgres", "ALTER DATABASE " + store.name() + " ALLOW_CONNECTIONS true");
    CHECK(store->ping_write_now());
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a database that became read-only is unavailable for writing only", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    const std::string database = "ALTER DATABASE " + store.name();
    postgres_command("postgres", database + " SET default_transaction_read_only = on");
    end_sessions(store);
    CHECK(reading(store.db(), count_connections) == 0);
    const auto outcome = store->ping_write_now();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::storage_unavailable);
    postgres_command("postgres", database + " RESET default_transaction_read_only");
    end_sessions(store);
    CHECK(store->ping_write_now());
}

TEST_CASE("a statement that takes too long is given up", "[store]") {
    test_database store(sql_engine::postgresql, {.statement_timeout = milliseconds(50)});
    CHECK(refused(store.db(), access::read, [](sql_session& session) {
              run(session, "SELECT CAST(pg_sleep(60) AS TEXT)");
          }) == errc::storage_unavailable);
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a lock that is held too long is given up", "[store]") {
    test_database store(
        sql_engine::postgresql, {.connections = 2, .lock_timeout = milliseconds(50)}
    );
    REQUIRE(store->ping_write_now());
    std::binary_semaphore locked{0};
    std::binary_semaphore let_go{0};
    auto holder = std::async(std::launch::async, [&] {
        return store
            ->as_service_now(
                access::write,
                [&](sql_session& session) -> host::result<void> {
                    run(session, "UPDATE readiness SET pings = 100");
                    locked.release();
                    let_go.acquire();
                    return {};
                }
            )
            .has_value();
    });
    locked.acquire();
    const auto outcome = store->ping_write_now();
    let_go.release();
    CHECK(holder.get());
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::storage_unavailable);
    CHECK(store->ping_write_now());
}

}  // namespace tenon::test
