// How long a profile is told from memory.
#include "oauth/profile.hpp"

#include "verbs.hpp"

namespace tenon::test {

TEST_CASE("a profile is told from memory for five minutes") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto asked = [&](freshness how) {
        const auto before = world.scene.count().profiles;
        const account_selector which{acme, "u1"};
        const auto told =
            world.run(read_profile(world.context, *world.tokens, *world.refresh, ann, which, how));
        REQUIRE(told.has_value());
        return world.scene.count().profiles - before;
    };
    world.time.advance(std::chrono::minutes(4));
    CHECK(asked(freshness::cached_is_fine) == 0);
    world.time.advance(std::chrono::minutes(2));
    CHECK(asked(freshness::cached_is_fine) == 1);
    CHECK(asked(freshness::cached_is_fine) == 0);
    CHECK(asked(freshness::ask_anew) == 1);
    world.time.advance(std::chrono::minutes(4));
    CHECK(asked(freshness::cached_is_fine) == 0);
}

}  // namespace tenon::test
