// The end of a token that nothing can renew.
#include "oauth/profile.hpp"
#include "oauth/scheduler.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

// What of a background loop's turn is due, to its end.
void tick(flow_case& here) {
    refresh_scheduler scheduler(here.context, *here.refresh);
    here.run(scheduler.tick());
}

}  // namespace

TEST_CASE("a token that nothing renews is told dead when it ends") {
    flow_case here;
    const auto id = here.connect(ann, "u1", {"openid", "profile"});
    const auto before = here.grant(id);
    REQUIRE_FALSE(before.refresh_token);
    REQUIRE(before.next_refresh_at == before.expires_at);
    here.time.advance(hours(1) - seconds(1));
    tick(here);
    CHECK(here.list(ann).at(0).status == connection_status::connected);
    here.time.advance(seconds(1));

    SECTION("by the scheduler") {
        tick(here);
    }
    SECTION("by whoever asks for a refresh") {
        const auto asked = here.run(here.refresh->refresh_connection(ann, {acme, "u1"}));
        REQUIRE(asked.has_error());
        CHECK(asked.error().code == errc::reconnect_required);
    }
    CHECK(here.list(ann).at(0).status == connection_status::expired);
    CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::reconnect_required);
    CHECK(here.grant(id).state == grant_state::dead);
    CHECK(here.intents(before.id).empty());
}

TEST_CASE("a token that the provider refuses, and that nothing renews, is dead") {
    flow_case here;
    here.connect(ann, "u1", {"openid", "profile"});
    REQUIRE(here.read(ann, "u1", seconds(0)).has_value());
    here.scene.reset();
    const auto profile = here.run(read_profile(
        here.context, *here.tokens, *here.refresh, ann, {acme, "u1"}, freshness::ask_anew
    ));
    REQUIRE(profile.has_error());
    CHECK(profile.error().code == errc::reconnect_required);
    CHECK(here.list(ann).at(0).status == connection_status::expired);
    CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::reconnect_required);
}

}  // namespace tenon::test
