// The embedded database locked, full, read-only, or not one.
#include "samples.hpp"

#include <atomic>
#include <fstream>
#include <future>
#include <iterator>
#include <semaphore>
#include <thread>

namespace tenon::test {

namespace {

void insert_sized(sql_session& session, const std::string& id, std::size_t size = 10) {
    auto row = sample_connection(id, "user-1", id);
    row.scope = std::string(size, 's');
    (void)upsert_connection(session, row);
}

auto bytes_of(const std::string& path) -> std::string {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void limit_pages(database& db, bool limited) {
    writing(db, [&](sql_session& session) {
        const auto pages = run(session, "PRAGMA page_count")[0].integer(0) + 8;
        run(session, "PRAGMA max_page_count = " + std::to_string(limited ? pages : 1'000'000));
    });
}

}  // namespace

TEST_CASE(
    "a file that another process keeps locked is unavailable, until it is let go", "[store]"
) {
    test_database store(sql_engine::sqlite, {.lock_timeout = milliseconds(20)});
    const auto other = *open_database(store.url());
    std::binary_semaphore locked{0};
    std::binary_semaphore let_go{0};
    auto holder = std::async(std::launch::async, [&] {
        return other
            ->with_org_now(
                org_a, access::write,
                [&](sql_session& session) -> host::result<void> {
                    insert_sized(session, "c1");
                    locked.release();
                    let_go.acquire();
                    return {};
                }
            )
            .has_value();
    });
    locked.acquire();
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              insert_sized(session, "c2");
          }) == errc::storage_unavailable);
    CHECK_FALSE(store->ping_write_now());
    CHECK(reading(store.db(), count_connections) == 0);
    let_go.release();
    CHECK(holder.get());
    CHECK(store->ping_write_now());
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE(
    "a full disk loses nothing that was acknowledged, and keeps nothing that was not", "[store]"
) {
    test_database store(sql_engine::sqlite);
    limit_pages(store.db(), true);
    constexpr int threads = 8;
    constexpr int each = 20;
    std::array<std::array<bool, each>, threads> stored{};
    std::atomic<int> unavailable{0};
    std::atomic<int> other{0};
    std::vector<std::thread> writers;
    for (int writer = 0; writer < threads; ++writer) {
        writers.emplace_back([&, writer] {
            for (int i = 0; i < each; ++i) {
                const std::string id = std::to_string(writer) + "-" + std::to_string(i);
                const auto outcome = store->with_org_now(
                    org_a, access::write,
                    [&](sql_session& session) -> host::result<void> {
                        insert_sized(session, id, i % 2 == 0 ? 10 : 3'000);
                        return {};
                    }
                );
                stored.at(static_cast<std::size_t>(writer)).at(static_cast<std::size_t>(i)) =
                    outcome.has_value();
                if (!outcome) {
                    ++(outcome.error().code == errc::storage_unavailable ? unavailable : other);
                }
            }
        });
    }
    for (auto& writer : writers) {
        writer.join();
    }
    CHECK(unavailable > 0);
    CHECK(other == 0);
    reading(store.db(), [&](sql_session& session) {
        int wrong = 0;
        for (int writer = 0; writer < threads; ++writer) {
            for (int i = 0; i < each; ++i) {
                const connection_id id(std::to_string(writer) + "-" + std::to_string(i));
                const bool said =
                    stored.at(static_cast<std::size_t>(writer)).at(static_cast<std::size_t>(i));
                wrong += find_connection(session, id).has_value() == said ? 0 : 1;
            }
        }
        CHECK(wrong == 0);
    });
    limit_pages(store.db(), false);
    writing(store.db(), [](sql_session& session) { insert_sized(session, "after", 3'000); });
}

TEST_CASE("a database that may not be written is unavailable for writing only", "[store]") {
    test_database store(sql_engine::sqlite);
    writing(store.db(), [](sql_session& session) {
        insert_sized(session, "c1");
        run(session, "PRAGMA query_only = ON");
    });
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              insert_sized(session, "c2");
          }) == errc::storage_unavailable);
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE(
    "a path that can't be, or a file of something else, is said when it is opened", "[store]"
) {
    const auto nowhere = open_database("sqlite:/nonexistent/folder/tenon.db");
    REQUIRE_FALSE(nowhere);
    CHECK(nowhere.error().code == errc::storage_unavailable);
    CHECK_THAT(nowhere.error().message, Catch::Contains("/nonexistent/folder/tenon.db"));

    test_database store(sql_engine::sqlite);
    const std::string path = store.name() + ".txt";
    std::ofstream(path) << std::string(5'000, 'x');
    const auto opened = open_database("sqlite:" + path);
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == errc::storage_unavailable);
    CHECK_THAT(opened.error().message, Catch::Contains("not a database"));
}

TEST_CASE("what is erased is in no page of the file any more, however many it filled", "[store]") {
    test_database store(sql_engine::sqlite);
    const std::string known = "ann@customers.example ";
    writing(store.db(), [&](sql_session& session) {
        for (int i = 0; i < 200; ++i) {
            auto row = sample_connection("c" + std::to_string(i), known, std::to_string(i));
            for (int times = 0; i < 5 && times < 1'000; ++times) {
                row.scope += known;
            }
            (void)upsert_connection(session, row);
        }
    });
    const auto is_in_file = [&] {
        store.close();  // what is committed goes into the file itself
        const auto held = bytes_of(store.name()).find(known) != std::string::npos;
        store.reopen();
        return held;
    };
    REQUIRE(is_in_file());
    writing(store.db(), [&](sql_session& session) {
        run(session, "DELETE FROM connections WHERE org_id = $1", session.org());
    });
    CHECK_FALSE(is_in_file());
}

}  // namespace tenon::test
