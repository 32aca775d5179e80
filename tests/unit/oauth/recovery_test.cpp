// Exchanges that were cut off, or that the provider did not answer at once.
#include "oauth/recovery.hpp"

#include "eventful_http.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

void inject(oauth_world& world, const std::string& path, std::int64_t times = 1) {
    sim::fault away;
    away.path = path;
    away.kind = sim::fault_kind::status;
    away.times = times;
    world.scene.inject(away);
}

void recover(oauth_world& world) {
    world.time.advance(world.context.options.lease);
    world.run(recover_intents(world.context, *world.refresh, false));
}

}  // namespace

TEST_CASE("an exchange that the provider put off is asked for again, and connects") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    inject(world, "/token");
    REQUIRE(world.finish(world.consent(world.begin(ann), "u1")).has_value());
    REQUIRE(count(world, "intents") == 1);
    recover(world);
    REQUIRE(world.list(ann).size() == 1);
    CHECK(world.read(ann, "u1", seconds(60)).has_value());
    CHECK(count(world, "intents") == 0);
    CHECK(world.scene.count().code_reuses == 0);
}

TEST_CASE("what was cut off does not land over what its user connected since") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    inject(world, "/userinfo");
    REQUIRE(world.finish(world.consent(world.begin(ann), "u1")).has_value());
    REQUIRE(count(world, "intents") == 1);
    world.time.advance(seconds(5));
    world.connect(ann, "u1");
    const auto token = world.read(ann, "u1", seconds(60)).value();
    recover(world);
    CHECK(count(world, "intents") == 0);
    const auto now = world.read(ann, "u1", seconds(60)).value();
    CHECK(now.access_token.reveal() == token.access_token.reveal());
    CHECK(now.generation == token.generation);
}

TEST_CASE("what was cut off does not come back after its user disconnected, and is revoked") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    inject(world, "/userinfo");
    REQUIRE(world.finish(world.consent(world.begin(ann), "u1")).has_value());
    REQUIRE(count(world, "intents") == 1);
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    REQUIRE(world.scene.count().revokes == 2);
    recover(world);
    CHECK(world.list(ann).empty());
    CHECK(count(world, "grants") == 0);
    CHECK(count(world, "intents") == 0);
    CHECK(world.scene.count().revokes == 4);
}

TEST_CASE("what was cut off before its user could be asked to confirm it is revoked") {
    oauth_world world(any_engine());
    inject(world, "/userinfo");
    const auto begun = world.begin_to_confirm(user("ann"));
    REQUIRE(world.finish(world.consent(begun, "u1")).has_value());
    REQUIRE(count(world, "intents") == 1);
    recover(world);
    CHECK(world.scene.count().revokes == 2);
    CHECK(world.list(user("ann")).empty());
    CHECK(count(world, "intents") == 0);
    CHECK(count(world, "confirmations") == 0);
}

TEST_CASE("what another host has taken up is not parked for its user to confirm") {
    oauth_world world(any_engine());
    eventful_http wire{world.http};
    auto context = world.context_with({.http = &wire});
    const auto begun = world.begin_to_confirm(user("ann"));
    const auto adopt = [&] {
        CHECK(transact(world, [&](sql_session& session) {
                  return run(session, "UPDATE intents SET owner = 'another'").affected();
              }) == 1);
    };
    wire.meanwhile = [&] { wire.meanwhile = adopt; };  // not before the token is recorded
    callback_request back;
    back.provider = acme;
    back.params = world.consent(begun, "u1").items();
    const auto finished = world.run(finish_connect(context, std::move(back)));
    REQUIRE(finished.has_value());
    CHECK(finished->location.find("INVALID_STATE") != std::string::npos);
    CHECK(count(world, "confirmations") == 0);
    CHECK(world.scene.count().revokes == 2);
}

}  // namespace tenon::test
