// Limits that hosts share: what is told, what is heard, and what counts while nobody answers.
#include "api/rate_limiter.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/in_common.hpp"

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using host::limit_kind;
using host::limit_reach;
using host::rate_limiter;

struct sharing {
    explicit sharing(host::rate_limits limits) : limiter(time, limits, &others) {}

    auto connect(const std::string& user) -> std::optional<host::error> {
        boost::asio::io_context io;
        auto done = boost::asio::co_spawn(io, limiter.admit_connect(user), boost::asio::use_future);
        io.run();
        return done.get();
    }
    void exchange() {
        boost::asio::io_context io;
        auto done = boost::asio::co_spawn(io, limiter.exchange(), boost::asio::use_future);
        io.run();
        done.get();
    }

    standing_clock time;
    in_common others;
    rate_limiter limiter;
};

}  // namespace

TEST_CASE("a connect is asked of all hosts, by a name that tells nothing, and counted here too") {
    sharing with({.connect = {3, 60'000ms}});
    CHECK_FALSE(with.connect("org\nann"));
    REQUIRE(with.others.asked.size() == 1);
    CHECK_THAT(with.others.asked[0], Catch::StartsWith("connect:"));
    CHECK_THAT(with.others.asked[0], !Catch::Contains("ann"));
    SECTION("their no is this host's, and does not count") {
        with.others.wait = 20'500ms;
        for (int i = 0; i < 5; ++i) {
            const auto refused = with.connect("org\nann");
            REQUIRE(refused);
            CHECK(refused->code == host::errc::rate_limited);
            CHECK(refused->retry_after == 21s);
        }
        with.others.wait = 0ms;
        CHECK_FALSE(with.connect("org\nann"));
    }
    SECTION("its own no needs no question") {
        CHECK_FALSE(with.connect("org\nann"));
        CHECK_FALSE(with.connect("org\nann"));
        CHECK(with.connect("org\nann"));
        CHECK(with.others.asked.size() == 3);
    }
    SECTION("without an answer its own count stands") {
        with.others.there = false;
        CHECK(with.limiter.reach() == limit_reach::host_for_now);
        CHECK_FALSE(with.connect("org\nann"));
        CHECK_FALSE(with.connect("org\nann"));
        CHECK(with.connect("org\nann"));
    }
}

TEST_CASE("what was let through is told once, each subject of a limit with its number") {
    sharing with({.mutations = {100, 1'000ms}, .reads = {50, 1'000ms}});
    for (int i = 0; i < 3; ++i) {
        REQUIRE_FALSE(with.limiter.admit(limit_kind::mutation, "key-1"));
    }
    REQUIRE_FALSE(with.limiter.admit(limit_kind::read, "key-1"));
    with.exchange();
    with.exchange();
    REQUIRE(with.others.spent.size() == 2);
    CHECK_THAT(with.others.spent[0].subject, Catch::StartsWith("change:"));
    CHECK_THAT(with.others.spent[0].subject, !Catch::Contains("key-1"));
    CHECK(with.others.spent[0].attempts == 3);
    CHECK(with.others.spent[0].limit.count == 100);
    CHECK_THAT(with.others.spent[1].subject, Catch::StartsWith("read:"));
    CHECK(with.others.spent[1].attempts == 1);
    REQUIRE_FALSE(with.limiter.admit(limit_kind::read, "key-1"));
    with.exchange();
    CHECK(with.others.spent.size() == 3);
}

TEST_CASE("what other hosts let through leaves less room here, and none where it was too much") {
    sharing with({.mutations = {10, 1'000ms}});
    REQUIRE_FALSE(with.limiter.admit(limit_kind::mutation, "k"));
    SECTION("less") {
        with.others.fill = 800ms;
        with.exchange();
        CHECK_FALSE(with.limiter.admit(limit_kind::mutation, "k"));
        CHECK_FALSE(with.limiter.admit(limit_kind::mutation, "k"));
        CHECK(with.limiter.admit(limit_kind::mutation, "k"));
        CHECK_FALSE(with.limiter.admit(limit_kind::mutation, "l"));
    }
    SECTION("too much: it is waited for") {
        with.others.fill = 4s;
        with.exchange();
        const auto refused = with.limiter.admit(limit_kind::mutation, "k");
        REQUIRE(refused);
        CHECK(refused->retry_after == 4s);
        with.time.advance(3'100ms);
        CHECK_FALSE(with.limiter.admit(limit_kind::mutation, "k"));
    }
    SECTION("unknown: its own count stands") {
        with.others.fill = 4s;
        with.others.there = false;
        with.exchange();
        for (int i = 1; i < 10; ++i) {
            CHECK_FALSE(with.limiter.admit(limit_kind::mutation, "k"));
        }
        CHECK(with.limiter.admit(limit_kind::mutation, "k"));
    }
}

TEST_CASE("a host that shares nothing says so, and tells nobody") {
    standing_clock time;
    rate_limiter alone(time);
    CHECK(alone.reach() == limit_reach::host);
    CHECK_FALSE(alone.admit(limit_kind::read, "k"));
}

}  // namespace tenon::test
