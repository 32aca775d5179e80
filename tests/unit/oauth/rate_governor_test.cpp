#include "oauth/rate_governor.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using verdict = rate_governor::verdict;

const time_point start{milliseconds(1'700'000'000'000)};
const limited_client slack{"slack"};
const limited_client google{"google"};

// Limited as often as it takes; true where the last one began the hold.
auto limit(rate_governor& governor, std::optional<milliseconds> retry_after) -> bool {
    CHECK_FALSE(governor.report(slack, {verdict::limited, retry_after}, start));
    CHECK_FALSE(governor.report(slack, {verdict::limited, retry_after}, start));
    CHECK_FALSE(governor.ask(slack, start));
    return governor.report(slack, {verdict::limited, retry_after}, start);
}

}  // namespace

TEST_CASE("the third limit in a row holds all refreshes of a client, and no other's") {
    rate_governor governor;
    CHECK(limit(governor, seconds(30)));
    CHECK(governor.ask(slack, start) == seconds(30));
    CHECK(governor.ask(slack, start + seconds(29)) == seconds(1));
    CHECK_FALSE(governor.ask(google, start));
}

TEST_CASE("what limits one account holds nobody: others are answered between") {
    rate_governor governor;
    for (int i = 0; i < 10; ++i) {
        CHECK_FALSE(governor.report(slack, {verdict::limited, hours(1)}, start));
        CHECK_FALSE(governor.report(slack, {verdict::limited, hours(1)}, start));
        CHECK_FALSE(governor.report(slack, {verdict::answered}, start));
    }
    CHECK_FALSE(governor.ask(slack, start));
}

TEST_CASE("accounts that are limited on their own, however often they are told, count once each") {
    rate_governor governor;
    for (int i = 0; i < 5; ++i) {
        CHECK_FALSE(governor.report(slack, {verdict::limited, hours(24), "u1"}, start));
        CHECK_FALSE(governor.report(slack, {verdict::limited, hours(24), "u2"}, start));
    }
    CHECK_FALSE(governor.ask(slack, start));
    CHECK(governor.report(slack, {verdict::limited, seconds(30), "u3"}, start));
    const auto over = start + seconds(30);
    REQUIRE_FALSE(governor.ask(slack, over));
    // One that is known to be limited has tried: it says nothing of the others.
    CHECK_FALSE(governor.report(slack, {verdict::limited, hours(24), "u2"}, over));
    REQUIRE_FALSE(governor.ask(slack, over));
    CHECK_FALSE(governor.report(slack, {verdict::limited, seconds(5), "u4"}, over));
    CHECK(governor.ask(slack, over) == seconds(5));
}

TEST_CASE("when a hold is over one goes first, and the others as it was answered") {
    rate_governor governor;
    limit(governor, seconds(30));
    const auto over = start + seconds(30);
    CHECK_FALSE(governor.ask(slack, over));
    CHECK(governor.ask(slack, over) == seconds(1));
    SECTION("well") {
        governor.report(slack, {verdict::answered}, over);
        CHECK_FALSE(governor.ask(slack, over));
        CHECK_FALSE(governor.ask(slack, over));
    }
    SECTION("limited again") {
        CHECK_FALSE(governor.report(slack, {verdict::limited, seconds(5)}, over));
        CHECK(governor.ask(slack, over) == seconds(5));
    }
    SECTION("by nobody: the next one tries") {
        governor.report(slack, {verdict::unknown}, over);
        CHECK_FALSE(governor.ask(slack, over));
    }
    SECTION("never: it is given up") {
        CHECK_FALSE(governor.ask(slack, over + seconds(60)));
    }
}

TEST_CASE("who only looks whether there is a hold takes nobody's turn") {
    rate_governor governor;
    CHECK_FALSE(governor.held(slack, start));
    limit(governor, seconds(30));
    CHECK(governor.held(slack, start + seconds(20)) == seconds(10));
    CHECK_FALSE(governor.held(google, start));
    const auto over = start + seconds(30);
    CHECK_FALSE(governor.held(slack, over));
    CHECK_FALSE(governor.ask(slack, over));
    CHECK(governor.held(slack, over) == seconds(1));  // for the one that went
}

TEST_CASE("what begins, prolongs and ends a hold is told, and nothing else") {
    std::vector<milliseconds> told;
    rate_governor governor([&told](const limited_client& client, milliseconds span) {
        CHECK(client == slack);
        told.push_back(span);
    });
    governor.report(slack, {verdict::limited}, start);
    governor.report(slack, {verdict::answered}, start);
    CHECK(told.empty());
    limit(governor, seconds(30));
    CHECK_FALSE(governor.ask(slack, start + seconds(30)));
    governor.report(slack, {verdict::limited, seconds(5)}, start + seconds(30));
    governor.report(slack, {verdict::answered}, start + seconds(40));
    governor.report(slack, {verdict::answered}, start + seconds(40));
    CHECK(told == std::vector<milliseconds>{seconds(30), seconds(5), seconds(0)});
}

TEST_CASE("a hold that another host tells holds here a second longer, and ends with its word") {
    rate_governor governor;
    governor.heed(slack, seconds(30), start);
    CHECK(governor.ask(slack, start) == seconds(31));
    CHECK_FALSE(governor.ask(google, start));
    SECTION("then one goes first, whose one refusal holds all again") {
        const auto over = start + seconds(31);
        CHECK_FALSE(governor.ask(slack, over));
        CHECK(governor.ask(slack, over) == seconds(1));
        governor.report(slack, {verdict::limited, seconds(5)}, over);
        CHECK(governor.ask(slack, over) == seconds(5));
    }
    SECTION("the other is answered") {
        governor.heed(slack, seconds(0), start);
        CHECK_FALSE(governor.ask(slack, start));
        CHECK_FALSE(governor.ask(slack, start));
    }
    SECTION("never longer than a minute") {
        governor.heed(slack, hours(1), start);
        CHECK(governor.ask(slack, start) == seconds(60));
    }
}

TEST_CASE("where very many are limited, those are forgotten whose time is over") {
    rate_governor governor;
    const auto twice = [&](const limited_client& client, time_point when) {
        governor.report(client, {verdict::limited, seconds(30)}, when);
        governor.report(client, {verdict::limited, seconds(30)}, when);
    };
    twice(slack, start);
    for (int i = 0; i < 1'000; ++i) {
        twice(limited_client("tenant" + std::to_string(i)), start + seconds(60));
    }
    const auto later = start + seconds(91);  // slack's time ended a minute and a second ago
    twice(google, later);
    CHECK_FALSE(governor.report(slack, {verdict::limited, seconds(30)}, later));
    CHECK(governor.report(limited_client("tenant0"), {verdict::limited, seconds(30)}, later));
}

TEST_CASE("a hold is a second at least and a minute at most") {
    rate_governor governor;
    SECTION("where no time is named") {
        limit(governor, std::nullopt);
        CHECK(governor.ask(slack, start) == seconds(1));
    }
    SECTION("where a day is named") {
        limit(governor, hours(24));
        CHECK(governor.ask(slack, start) == seconds(60));
    }
    SECTION("where the clock is set back") {
        limit(governor, hours(24));
        CHECK_FALSE(governor.ask(slack, start - hours(1)));
    }
}

}  // namespace tenon::host
