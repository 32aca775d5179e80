// What many threads at once must not break.
#include "samples.hpp"

#include "store/api_keys.hpp"
#include "store/pending_connects.hpp"

#include <atomic>
#include <barrier>
#include <thread>

namespace tenon::test {

namespace {

// Runs fn(i) on that many threads, all released at once.
template <class Fn>
void on_threads(int count, Fn fn) {
    std::barrier start(count);
    std::vector<std::thread> threads;
    for (int i = 0; i < count; ++i) {
        threads.emplace_back([&, i] {
            start.arrive_and_wait();
            fn(i);
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
}

// Not in_org: Catch's assertions are for one thread.
template <class Fn>
auto write_quietly(database& db, Fn fn) {
    using value = std::invoke_result_t<Fn&, sql_session&>;
    return db.with_org_now(org_a, access::write, [&](sql_session& session) -> host::result<value> {
        return fn(session);
    });
}

}  // namespace

TEST_CASE("of 16 who take one state, one gets it", "[store][concurrency]") {
    test_database store(any_engine());
    for (int round = 0; round < 10; ++round) {
        pending_connect_row row;
        row.state_hash = std::string(31, 'h') + static_cast<char>('a' + round);
        row.user = user_id("user-1");
        row.provider = provider_id("slack");
        row.expires_at = at(10'000);
        writing(store.db(), [&](sql_session& session) { save_pending_connect(session, row); });
        std::atomic<int> taken{0};
        std::atomic<int> failed{0};
        on_threads(16, [&](int) {
            const auto outcome = store->as_service_now(
                access::write,
                [&](sql_session& session) -> host::result<bool> {
                    return take_pending_connect(session, row.state_hash, at(5'000)).has_value();
                }
            );
            failed += outcome ? 0 : 1;
            taken += outcome && *outcome ? 1 : 0;
        });
        CHECK(taken == 1);
        CHECK(failed == 0);
    }
}

TEST_CASE("of 16 who commit a refresh of one generation, one does", "[store][concurrency]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)*upsert_grant(session, sample_grant("g1"));
    });
    for (std::int64_t generation = 1; generation <= 10; ++generation) {
        std::atomic<int> won{0};
        std::atomic<int> failed{0};
        on_threads(16, [&](int i) {
            refreshed_grant values;
            values.access_token = "token of " + std::to_string(i);
            const auto outcome = write_quietly(store.db(), [&](sql_session& session) {
                return commit_refresh(session, grant_id("g1"), generation, values, at(2'000))
                    .has_value();
            });
            failed += outcome ? 0 : 1;
            won += outcome && *outcome ? 1 : 0;
        });
        CHECK(won == 1);
        CHECK(failed == 0);
    }
    const auto row = reading(store.db(), [](sql_session& session) {
        return find_grant(session, grant_id("g1"));
    });
    CHECK(row->generation == 11);
}

TEST_CASE("of 16 who want a lease, one gets it", "[store][concurrency]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)*upsert_grant(session, sample_grant("g1"));
    });
    std::atomic<int> won{0};
    on_threads(16, [&](int i) {
        const auto outcome = write_quietly(store.db(), [&](sql_session& session) {
            return take_grant_lease(
                       session, grant_id("g1"), "host-" + std::to_string(i), at(50'000), at(5'000)
            )
                .has_value();
        });
        won += outcome && *outcome ? 1 : 0;
    });
    CHECK(won == 1);
}

TEST_CASE("16 who connect one account at once make one connection", "[store][concurrency]") {
    test_database store(any_engine());
    std::atomic<int> failed{0};
    on_threads(16, [&](int i) {
        const auto outcome = write_quietly(store.db(), [&](sql_session& session) {
            return upsert_connection(session, sample_connection("c" + std::to_string(i))).id;
        });
        failed += outcome ? 0 : 1;
    });
    CHECK(failed == 0);
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("writers that add to one number lose nothing", "[store][concurrency]") {
    test_database store(any_engine());
    on_threads(8, [&](int) {
        for (int i = 0; i < 25; ++i) {
            (void)store->ping_write_now();
        }
    });
    const auto pings = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session, "SELECT pings FROM readiness")[0].integer(0);
    });
    CHECK(pings == 200);
}

TEST_CASE(
    "one transaction's error leaves those it shares a commit with alone", "[store][concurrency]"
) {
    test_database store(any_engine());
    std::atomic<int> wrong{0};
    on_threads(16, [&](int thread) {
        for (int i = 0; i < 10; ++i) {
            const std::string id = std::to_string(thread) + "-" + std::to_string(i);
            const bool fails = i % 2 == 1;
            const auto outcome = store->with_org_now(
                org_a, access::write,
                [&](sql_session& session) -> host::result<void> {
                    (void)upsert_connection(session, sample_connection(id, "user-1", id));
                    if (fails) {
                        return fail(errc::access_denied, "no");
                    }
                    return {};
                }
            );
            wrong += outcome.has_value() == fails ? 1 : 0;
        }
    });
    CHECK(wrong == 0);
    CHECK(reading(store.db(), count_connections) == 80);
}

TEST_CASE("who reads while others write sees whole transactions only", "[store][concurrency]") {
    test_database store(any_engine());
    std::atomic<bool> done{false};
    std::atomic<int> torn{0};
    std::thread reader([&] {
        while (!done) {
            const auto count = store->with_org_now(
                org_a, access::read,
                [](sql_session& session) -> host::result<std::int64_t> {
                    return count_connections(session);
                }
            );
            torn += count && *count % 2 != 0 ? 1 : 0;
        }
    });
    for (int i = 0; i < 100; ++i) {
        writing(store.db(), [&](sql_session& session) {
            const std::string id = std::to_string(i);
            (void)upsert_connection(session, sample_connection("a" + id, "user-1", "a" + id));
            (void)upsert_connection(session, sample_connection("b" + id, "user-1", "b" + id));
        });
    }
    done = true;
    reader.join();
    CHECK(torn == 0);
}

}  // namespace tenon::test
