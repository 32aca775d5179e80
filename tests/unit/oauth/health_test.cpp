#include "oauth/health.hpp"

#include "support/catch.hpp"

namespace tenon::test {
namespace {

using namespace tenon::host;  // NOLINT: tests of that namespace
using std::chrono::days;
using std::chrono::hours;
using std::chrono::seconds;

constexpr time_point now{milliseconds{1'790'000'000'000}};

// Renewed by a refresh token without an end, in an hour.
auto renewed() -> connection_life {
    connection_life life;
    life.expires_at = now + hours(2);
    life.next_refresh_at = now + hours(1);
    return life;
}

auto health(std::vector<connection_life> lives) -> health_view {
    return health_of(connection_status::connected, "", lives, now);
}

}  // namespace

TEST_CASE("what is renewed, and what never ends, is healthy") {
    auto endless = connection_life();
    auto far = renewed();
    far.refresh_expires_at = now + days(60);
    for (const auto& life : {renewed(), endless, far}) {
        CHECK(health({life}).health == connection_health::healthy);
        CHECK(health({life}).reason.empty());
    }
    CHECK(health({renewed()}).next_refresh_at == now + hours(1));
    CHECK_FALSE(health({renewed()}).lapses_at.has_value());
    CHECK(health({far}).lapses_at == now + days(60));
}

TEST_CASE("what was put off beyond its token's end is renewed all the same") {
    auto held = renewed();
    held.next_refresh_at = *held.expires_at + seconds(40);
    CHECK(health({held}).health == connection_health::healthy);
    CHECK(health({held}).next_refresh_at == held.next_refresh_at);
    CHECK_FALSE(health({held}).lapses_at.has_value());
}

TEST_CASE("a connection is expiring two weeks before its user must come back") {
    auto life = renewed();
    life.refresh_expires_at = now + days(14);
    CHECK(health({life}).health == connection_health::healthy);
    life.refresh_expires_at = now + days(14) - hours(1);
    CHECK(health({life}).health == connection_health::expiring);
    auto unrenewed = connection_life();
    unrenewed.expires_at = unrenewed.next_refresh_at = now + days(3);
    CHECK(health({unrenewed}).health == connection_health::expiring);
    CHECK(health({unrenewed}).reason == "nothing renews the token");
    CHECK(health({unrenewed}).lapses_at == now + days(3));
    CHECK_FALSE(health({unrenewed}).next_refresh_at.has_value());
}

TEST_CASE("a refresh that did not work out degrades, and a dead grant needs its user") {
    auto failing = renewed();
    failing.failures = 2;
    failing.next_refresh_at = now + hours(3);  // behind the token's end
    failing.last_failure = "the provider asked to try later";
    failing.refresh_expires_at = now + days(1);
    CHECK(health({failing}).health == connection_health::degraded);
    CHECK(health({failing}).reason == "the provider asked to try later");
    auto dead = failing;
    dead.dead = true;
    dead.last_failure = "the provider ended the grant";
    CHECK(health({dead}).health == connection_health::needs_reconnect);
    const auto expired = health_of(connection_status::expired, "why", {}, now);
    CHECK(expired.health == connection_health::needs_reconnect);
    CHECK(expired.reason == "why");
}

TEST_CASE("of several slots the worst one tells, and the first refresh is the next") {
    auto sooner = renewed();
    sooner.next_refresh_at = now + hours(0);
    auto dead = renewed();
    dead.dead = true;
    dead.last_failure = "ended";
    const auto both = health({renewed(), sooner, dead});
    CHECK(both.health == connection_health::needs_reconnect);
    CHECK(both.reason == "ended");
    CHECK(both.next_refresh_at == now);
}

}  // namespace tenon::test
