// A Redis that goes away, hangs, and comes back.
#include "redis_case.hpp"

#include "support/host_process.hpp"

#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;

auto seconds_of(const std::function<void()>& work) -> double {
    const auto begun = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
}

}  // namespace

TEST_CASE("a Redis that is gone is no answer, is told once, and is found again") {
    redis_server redis;
    sharing_host one(redis);
    REQUIRE(one.tell().has_value());
    redis.kill();
    for (int i = 0; i < 5; ++i) {
        const auto told = one.tell();
        REQUIRE(told.has_error());
        CHECK(told.error().code == host::errc::storage_unavailable);
        CHECK(one.slide("a", {1, 60'000ms}).has_error());
        one.time.added = one.time.added.load() + 60s;  // past every wait
    }
    CHECK(one.changes == std::vector<bool>{true, false});
    redis.start();
    CHECK(soon([&] {
        one.time.added = one.time.added.load() + 60s;
        return one.tell().has_value();
    }));
    CHECK(one.slide("a", {1, 60'000ms}).value() == 0ms);
    CHECK(one.changes == std::vector<bool>{true, false, true});
}

TEST_CASE("a Redis that is gone is not tried by every question") {
    redis_server redis;
    sharing_host one(redis);
    REQUIRE(one.tell().has_value());
    redis.kill();
    REQUIRE(one.tell().has_error());
    redis.start();
    one.time.added = 0ms;
    CHECK(one.slide("a", {1, 60'000ms}).has_error());
    CHECK(soon([&] { return one.tell().has_value(); }));  // by itself, after its wait
}

TEST_CASE("a host that never reached its Redis says so once, and goes on trying") {
    redis_server redis;
    redis.kill();
    sharing_host one(redis);
    for (int i = 0; i < 3; ++i) {
        CHECK(one.tell().has_error());
        one.time.added = one.time.added.load() + 60s;
    }
    CHECK(one.changes == std::vector<bool>{false});
    redis.start();
    CHECK(one.tell().has_value());
}

TEST_CASE("a Redis that hangs costs its patience once, and nothing while it is known to hang") {
    redis_server redis;
    sharing_host one(redis, 400ms);
    REQUIRE(soon([&] { return one.tell().has_value(); }));
    redis.freeze();
    const auto first = seconds_of([&] { CHECK(one.tell().has_error()); });
    CHECK(first >= 0.3);
    const auto then = seconds_of([&] {
        for (int i = 0; i < 100; ++i) {
            CHECK(one.slide("a", {1, 60'000ms}).has_error());
        }
    });
    CHECK(then < 0.4);  // less than one more look at it
    // It takes connections, as its kernel does: that alone is no sign of life.
    one.time.added = one.time.added.load() + 60s;
    CHECK(one.tell().has_error());
    CHECK(one.changes.back() == false);
    redis.thaw();
    CHECK(soon([&] { return one.tell().has_value(); }));
    CHECK(one.slide("b", {1, 60'000ms}).value() == 0ms);
}

TEST_CASE("those who ask while it hangs all get their no within its patience") {
    redis_server redis;
    sharing_host one(redis, 400ms);
    REQUIRE(soon([&] { return one.tell().has_value(); }));
    redis.freeze();
    std::atomic<int> refused{0};
    const auto took = seconds_of([&] {
        std::vector<std::jthread> threads;
        for (int t = 0; t < 8; ++t) {
            threads.emplace_back([&] {
                refused += one.slide("a", {1, 60'000ms}).has_error() ? 1 : 0;
            });
        }
    });
    CHECK(refused == 8);
    CHECK(took < 1.6);  // one after the other: 3.2
    redis.thaw();
}

}  // namespace tenon::test
