// PostgreSQL going away, in every moment that matters.
#include "samples.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <barrier>
#include <future>
#include <semaphore>
#include <thread>

namespace tenon::test {

namespace {

void end_sessions(const test_database& store) {
    end_postgres_sessions(store.name());
}

class silence {
  public:
    silence() { freeze_postgres(); }
    ~silence() { thaw_postgres(); }
    silence(const silence&) = delete;
    auto operator=(const silence&) -> silence& = delete;
};

// Whose server is given up after half a second of silence.
auto impatient(milliseconds connect_timeout) -> database_options {
    return {
        .connections = 2,
        .connect_timeout = connect_timeout,
        .statement_timeout = milliseconds(200),
        .answer_margin = milliseconds(300)};
}

// A statement on each of two connections at a time.
auto both_answer(test_database& store) -> bool {
    std::barrier meeting(2);
    const auto one = [&] {
        return store
            ->as_service_now(
                access::write,
                [&](sql_session& session) -> host::result<void> {
                    meeting.arrive_and_wait();
                    run(session, "SELECT name FROM readiness");
                    return {};
                }
            )
            .has_value();
    };
    auto other = std::async(std::launch::async, one);
    const bool mine = one();
    return other.get() && mine;
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

TEST_CASE("a server that falls silent is given up, and used again when it goes on", "[store]") {
    test_database store(sql_engine::postgresql, impatient(milliseconds(2'000)));
    REQUIRE(store->ping_write_now());
    {
        const silence while_it_lasts;
        const auto began = std::chrono::steady_clock::now();
        const auto outcome = store->ping_write_now();
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == errc::storage_unavailable);
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(5));
    }
    bool is_back = false;
    for (int tries = 0; tries < 100 && !is_back; ++tries) {
        is_back = store->ping_write_now().has_value();
        std::this_thread::sleep_for(milliseconds(50));
    }
    CHECK(is_back);
}

TEST_CASE("while one tries whether a silent server is back, others are answered", "[store]") {
    test_database store(sql_engine::postgresql, impatient(milliseconds(4'000)));
    REQUIRE(both_answer(store));
    const silence while_it_lasts;
    CHECK_FALSE(both_answer(store));
    const auto ask = [&] {
        const auto began = std::chrono::steady_clock::now();
        CHECK_FALSE(store->ping_write_now());
        return std::chrono::steady_clock::now() - began;
    };
    auto one = std::async(std::launch::async, ask);
    const auto mine = ask();
    CHECK(std::min(one.get(), mine) < std::chrono::seconds(2));
}

TEST_CASE("a database is closed without a word of a silent server", "[store]") {
    std::binary_semaphore listens{0};
    test_database store(sql_engine::postgresql, {.connections = 1});
    store->on_announcement([&] { listens.release(); });
    listens.acquire();
    const silence while_it_lasts;
    const auto began = std::chrono::steady_clock::now();
    store.close();
    CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(2));
}

TEST_CASE("a script may take longer than a statement", "[store]") {
    test_database store(
        sql_engine::postgresql,
        {.statement_timeout = milliseconds(100), .answer_margin = milliseconds(100)}
    );
    writing(store.db(), [](sql_session& session) {
        session.execute_script("SET LOCAL statement_timeout = 0; SELECT pg_sleep(1)");
        run(session, "SELECT CAST(pg_sleep(1) AS TEXT)");
    });
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
