// How hosts on one PostgreSQL wake each other.
#include "samples.hpp"
#include "store/changes.hpp"
#include "support/postgres.hpp"

#include <atomic>
#include <chrono>
#include <thread>

namespace tenon::test {

namespace {

using namespace std::chrono_literals;

// One host's way to the database, and how often it was told to look.
class listening {
  public:
    explicit listening(const std::string& url) : db_(*open_database(url, {.connections = 2})) {
        db_->on_announcement([this] { ++heard_; });
        REQUIRE(hears(1));  // what came before anybody listened
    }
    [[nodiscard]] auto db() -> database& { return *db_; }
    [[nodiscard]] auto heard() const -> int { return heard_; }
    // Whether it comes to be told so often, within a minute.
    [[nodiscard]] auto hears(int times) const -> bool {
        const auto until = std::chrono::steady_clock::now() + 60s;
        while (heard_ < times && std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(1ms);
        }
        return heard_ >= times;
    }

  private:
    std::atomic<int> heard_{0};
    std::unique_ptr<database> db_;  // ends before what it tells
};

void change_something(database& db) {
    writing(db, [](sql_session& session) {
        append_change(session, change_kind::grant, "g1", at(1));
    });
}

}  // namespace

TEST_CASE("a host is told of what others committed, and not of its own", "[store]") {
    test_database store(sql_engine::postgresql);
    listening one(store.url());
    listening other(store.url());
    change_something(one.db());
    REQUIRE(other.hears(2));
    CHECK(one.heard() == 1);
    change_something(other.db());
    REQUIRE(one.hears(2));
    CHECK(one.heard() == 2);
    CHECK(other.heard() == 2);
}

TEST_CASE("what is rolled back, or changes nothing that anybody remembers, is no news", "[store]") {
    test_database store(sql_engine::postgresql);
    listening one(store.url());
    listening other(store.url());
    const auto rolled_back =
        one.db().with_org_now(org_a, access::write, [](sql_session& session) -> host::result<void> {
            append_change(session, change_kind::grant, "g1", at(1));
            return fail(errc::conflict, "not so");
        });
    REQUIRE_FALSE(rolled_back);
    REQUIRE(one.db().ping_write_now());
    std::this_thread::sleep_for(100ms);
    change_something(one.db());
    REQUIRE(other.hears(2));
    std::this_thread::sleep_for(100ms);
    CHECK(other.heard() == 2);
}

TEST_CASE("many commits are told as few", "[store]") {
    test_database store(sql_engine::postgresql);
    listening one(store.url());
    listening other(store.url());
    constexpr int commits = 300;
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < commits; ++i) {
        change_something(one.db());
    }
    const auto took = std::chrono::steady_clock::now() - begun;
    REQUIRE(other.hears(2));
    std::this_thread::sleep_for(100ms);
    // One in 20 ms, one before, one behind, and that of the beginning.
    CHECK(other.heard() <= took / 20ms + 3);
}

TEST_CASE("a host whose listening was ended is told to look, and hears again", "[store]") {
    test_database store(sql_engine::postgresql);
    listening one(store.url());
    listening other(store.url());
    end_postgres_listeners(store.name());
    CHECK(other.hears(2));  // that it is gone
    CHECK(other.hears(3));  // that it is back: what it missed
    CHECK(one.hears(3));
    change_something(one.db());
    CHECK(other.hears(4));
}

TEST_CASE("a database that nobody may enter is waited for, and then listened to", "[store]") {
    test_database store(sql_engine::postgresql);
    listening one(store.url());
    const auto let_in = [&](const std::string& anybody) {
        postgres_command(
            "postgres", "ALTER DATABASE " + store.name() + " ALLOW_CONNECTIONS " + anybody
        );
    };
    let_in("false");
    end_postgres_sessions(store.name());
    CHECK(one.hears(4));  // it is gone, and so is the one after
    let_in("true");
    listening other(store.url());
    const auto before = one.heard();
    CHECK(one.hears(before + 1));
    change_something(other.db());
    CHECK(one.hears(before + 2));
}

}  // namespace tenon::test
