#include "oauth/refresh_places.hpp"

#include "support/catch.hpp"

#include <rapidcheck.h>
#include <algorithm>
#include <map>

namespace tenon::test {
namespace {

using namespace host;

auto some_providers(std::size_t count) -> std::vector<provider_id> {
    std::vector<provider_id> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.emplace_back("p" + std::to_string(i));
    }
    return all;
}

// As many as it gets.
auto fill(refresh_places& places, const provider_id& provider) -> std::size_t {
    std::size_t count = 0;
    while (places.enter(provider)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("one provider alone may have as many places as the operator allows, and all there are") {
    const auto all = some_providers(1);
    const auto [of_each, got] = GENERATE(table<std::size_t, std::size_t>({{50, 50}, {1'000, 400}}));
    refresh_places places(of_each);
    places.know(all);
    CHECK(fill(places, all[0]) == got);
    CHECK_FALSE(places.has_room(all[0]));
    places.leave(all[0]);
    CHECK(places.has_room(all[0]));
    CHECK(fill(places, all[0]) == 1);
}

TEST_CASE("eight providers that let go of no place leave a ninth its own") {
    const auto all = some_providers(9);
    refresh_places places(50);
    places.know(all);
    std::size_t taken = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        taken += fill(places, all[i]);
    }
    CHECK(taken == 200 + 8 * (200 / 9));
    for (const auto& one : all) {
        CHECK(places.has_room(one) == (one == all[8]));
    }
    CHECK(fill(places, all[8]) == 200 / 9);
}

TEST_CASE("whatever was begun and ended, a provider has its own places, and all have 400") {
    CHECK(rc::check([] {
        const auto count = *rc::gen::inRange<std::size_t>(1, 12);
        const auto of_each = *rc::gen::inRange<std::size_t>(1, 300);
        const auto all = some_providers(count);
        refresh_places places(of_each);
        places.know(all);
        std::map<std::string, std::size_t> running;
        std::size_t total = 0;
        for (const int step : *rc::gen::container<std::vector<int>>(200, rc::gen::inRange(0, 36))) {
            const auto& one = all[static_cast<std::size_t>(step) % count];
            auto& mine = running[one.text()];
            if (step < 24) {
                const auto got = fill(places, one);
                mine += got;
                total += got;
            } else if (mine > 0) {
                places.leave(one);
                --mine;
                --total;
            }
            RC_ASSERT(total <= 400U);
            RC_ASSERT(mine <= of_each);
        }
        for (const auto& one : all) {
            auto& mine = running[one.text()];
            mine += fill(places, one);
            RC_ASSERT(mine >= std::min(of_each, 200 / count));
        }
    }));
}

TEST_CASE("a provider that comes into service later has places, whatever others took before") {
    const auto all = some_providers(3);
    refresh_places places(300);
    places.know({all[0]});
    REQUIRE(fill(places, all[0]) == 300);
    places.know(all);
    CHECK_FALSE(places.has_room(all[0]));
    CHECK(places.has_room(all[2]));
    CHECK(fill(places, all[1]) == 66);
    CHECK(places.enter(all[2]));
}

TEST_CASE("a provider that is out of service keeps no places from the others") {
    const auto all = some_providers(2);
    refresh_places places(400);
    places.know(all);
    REQUIRE(places.enter(all[1]));
    places.leave(all[1]);
    places.know({all[0]});
    CHECK(fill(places, all[0]) == 400);
}

}  // namespace tenon::test
