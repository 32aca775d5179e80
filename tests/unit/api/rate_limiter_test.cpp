#include "api/rate_limiter.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"

#include <thread>

using namespace tenon::host;
using namespace std::chrono_literals;
using tenon::test::standing_clock;

TEST_CASE("ten connects in fifteen minutes are admitted and the eleventh is refused with the wait"
) {
    standing_clock time;
    rate_limiter limiter(time);
    for (int i = 0; i < 10; ++i) {
        CHECK_FALSE(limiter.admit(limit_kind::connect, "u1"));
        time.advance(1'000ms);
    }
    const auto refused = limiter.admit(limit_kind::connect, "u1");
    REQUIRE(refused);
    CHECK(refused->code == errc::rate_limited);
    CHECK(refused->retry_after == std::chrono::seconds{15 * 60 - 10});
    CHECK(refused->message == "Too many attempts. Please try again in 15 minutes.");
    CHECK_FALSE(limiter.admit(limit_kind::connect, "u2"));
}

TEST_CASE(
    "the window slides: the first attempt is forgotten at the end of its window and not before"
) {
    standing_clock time;
    rate_limiter limiter(time);
    for (int i = 0; i < 10; ++i) {
        REQUIRE_FALSE(limiter.admit(limit_kind::connect, "u1"));
        time.advance(1'000ms);
    }
    time.advance(15min - 10s - 1ms);
    const auto refused = limiter.admit(limit_kind::connect, "u1");
    REQUIRE(refused);
    CHECK(refused->retry_after == 1s);
    time.advance(1ms);
    CHECK_FALSE(limiter.admit(limit_kind::connect, "u1"));
    CHECK(limiter.admit(limit_kind::connect, "u1"));
    time.advance(1'000ms);
    CHECK_FALSE(limiter.admit(limit_kind::connect, "u1"));
}

TEST_CASE("a refused attempt is not counted") {
    standing_clock time;
    rate_limiter limiter(time, {.connect = {1, 60'000ms}});
    REQUIRE_FALSE(limiter.admit(limit_kind::connect, "u1"));
    time.advance(59'999ms);
    REQUIRE(limiter.admit(limit_kind::connect, "u1"));
    time.advance(1ms);
    CHECK_FALSE(limiter.admit(limit_kind::connect, "u1"));
}

TEST_CASE("a bucket holds its count at once and refills evenly") {
    standing_clock time;
    rate_limiter limiter(time, {.mutations = {4, 1'000ms}});
    for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(limiter.admit(limit_kind::mutation, "k1"));
    }
    const auto refused = limiter.admit(limit_kind::mutation, "k1");
    REQUIRE(refused);
    CHECK(refused->retry_after == 1s);
    time.advance(249ms);
    CHECK(limiter.admit(limit_kind::mutation, "k1"));
    time.advance(1ms);
    CHECK_FALSE(limiter.admit(limit_kind::mutation, "k1"));
    CHECK(limiter.admit(limit_kind::mutation, "k1"));
    time.advance(10'000ms);
    for (int i = 0; i < 4; ++i) {
        CHECK_FALSE(limiter.admit(limit_kind::mutation, "k1"));
    }
    CHECK(limiter.admit(limit_kind::mutation, "k1"));
}

TEST_CASE("kinds of limit are counted apart") {
    standing_clock time;
    rate_limiter limiter(time, {.mutations = {1, 1'000ms}, .reads = {1, 1'000ms}});
    CHECK_FALSE(limiter.admit(limit_kind::mutation, "k1"));
    CHECK_FALSE(limiter.admit(limit_kind::read, "k1"));
    CHECK(limiter.admit(limit_kind::mutation, "k1"));
    CHECK(limiter.admit(limit_kind::read, "k1"));
}

TEST_CASE("a count of zero switches a limit off, and all of them at zero are told as disabled") {
    standing_clock time;
    rate_limiter limiter(
        time,
        {.connect = {0}, .mutations = {0}, .reads = {0}, .callbacks = {0}, .unknown_keys = {0}}
    );
    CHECK_FALSE(limiter.enabled());
    for (int i = 0; i < 1'000; ++i) {
        REQUIRE_FALSE(limiter.admit(limit_kind::connect, "u1"));
        REQUIRE_FALSE(limiter.admit(limit_kind::read, "k1"));
    }
    CHECK(rate_limiter(time).enabled());
}

TEST_CASE("threads that ask at once are admitted no more often than the limit says") {
    standing_clock time;
    rate_limiter limiter(time, {.connect = {50, 60'000ms}, .reads = {500, 1'000ms}});
    std::atomic<int> connects{0};
    std::atomic<int> reads{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&] {
            for (int i = 0; i < 200; ++i) {
                connects += limiter.admit(limit_kind::connect, "u1") ? 0 : 1;
                reads += limiter.admit(limit_kind::read, "k1") ? 0 : 1;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(connects == 50);
    CHECK(reads == 500);
}
