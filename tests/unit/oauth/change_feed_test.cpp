// What is believed from memory, and for how long.
#include "oauth/change_feed.hpp"
#include "store/changes.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

auto is_cached(flow_case& here) -> bool {
    token_request request;
    request.org = ann.org;
    request.user = ann.user;
    request.which = {acme, "u1"};
    return here.tokens->cached(request).has_value();
}

}  // namespace

TEST_CASE("a token is answered from memory only while the database tells what changed") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    change_feed feed(here.context);
    here.run(feed.read());
    REQUIRE(here.read(ann, "u1", seconds(0)).has_value());
    CHECK(is_cached(here));

    SECTION("a read that does not come back is noticed by its age") {
        here.time.advance(change_sight::patience);
        CHECK_FALSE(is_cached(here));
        here.run(feed.read());
        CHECK(is_cached(here));
    }
    SECTION("a clock that is set back makes nothing young") {
        here.time.advance(-hours(1));
        CHECK_FALSE(is_cached(here));
        here.run(feed.read());
        CHECK(is_cached(here));
    }
    SECTION("what another process ended is forgotten") {
        here.look([&](sql_session& session) -> result<void> {
            append_change(session, change_kind::connection, id.text(), here.time.now());
            return {};
        });
        here.run(feed.read());
        CHECK_FALSE(is_cached(here));
    }
}

TEST_CASE("what was remembered before anybody looked for changes is read again") {
    flow_case here;
    here.connect(ann, "u1");
    REQUIRE(here.read(ann, "u1", seconds(0)).has_value());
    REQUIRE(is_cached(here));
    change_feed feed(here.context);
    here.run(feed.read());
    CHECK_FALSE(is_cached(here));
}

}  // namespace tenon::test
