// Disconnecting, to the end, whatever comes between.
#include "oauth/leaving.hpp"

#include "eventful_http.hpp"
#include "oauth/revoking.hpp"
#include "store/connections.hpp"
#include "store/intents.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

// As a process leaves it that ends before anything is revoked.
void cut_off_disconnect(oauth_world& world, const actor& by, const std::string& account) {
    transact(world, [&](sql_session& session) {
        auto row = find_connection(session, by.user, acme, account);
        const auto now = world.time.now();
        return begin_leaving(session, std::move(*row), consent_end::disconnected, now)
            .grants.size();
    });
}

}  // namespace

TEST_CASE("a disconnect that a process left is finished by the next one") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto token = world.read(ann, "u1", seconds(60)).value();
    cut_off_disconnect(world, ann, "u1");
    CHECK(world.run(finish_abandoned(world.context, false)) == 0);  // another host may be at it
    world.time.advance(world.context.options.lease);
    CHECK(world.run(finish_abandoned(world.context, false)) == 1);
    CHECK(world.list(ann).empty());
    CHECK_FALSE(grant_of(world, "u1").has_value());
    CHECK(world.userinfo(token.access_token).is_null());
    CHECK(world.scene.count().revokes > 0);
}

TEST_CASE("at the start a sole owner finishes what was left at once, provider or none") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    cut_off_disconnect(world, ann, "u1");
    sim::fault away;
    away.path = "/revoke";
    away.kind = sim::fault_kind::status;
    away.times = 100;
    world.scene.inject(away);
    world.context.options.sole_owner = true;
    CHECK(world.run(finish_abandoned(world.context, true)) == 1);
    CHECK(world.list(ann).empty());
    CHECK_FALSE(grant_of(world, "u1").has_value());
}

TEST_CASE("another user who lands does not bring back a connection that is leaving") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto bob = user("bob");
    world.connect(ann, "u1");
    cut_off_disconnect(world, ann, "u1");
    world.connect(bob, "u1");
    REQUIRE(world.list(ann).size() == 1);
    CHECK(world.list(ann).front().status == connection_status::expired);
    world.time.advance(world.context.options.lease);
    CHECK(world.run(finish_abandoned(world.context, false)) == 1);
    CHECK(world.list(ann).empty());
    CHECK(world.read(bob, "u1", seconds(60)).has_value());
    CHECK(world.scene.count().revokes == 0);
}

TEST_CASE("who connects anew while leaving stays connected") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto id = world.connect(ann, "u1");
    cut_off_disconnect(world, ann, "u1");
    CHECK(world.connect(ann, "u1") == id);
    world.time.advance(world.context.options.lease);
    CHECK(world.run(finish_abandoned(world.context, true)) == 0);
    CHECK(world.read(ann, "u1", seconds(60)).has_value());
}

TEST_CASE("who connects anew before a disconnect revokes keeps what came") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    std::optional<leaving> gone;
    transact(world, [&](sql_session& session) {
        auto row = find_connection(session, ann.user, acme, "u1");
        gone = begin_leaving(session, std::move(*row), consent_end::disconnected, world.time.now());
        return gone->grants.size();
    });
    world.connect(ann, "u1");
    const auto done = world.run(finish_leaving(world.context, ann, std::move(*gone)));
    REQUIRE(done.has_value());
    CHECK(world.scene.count().revokes == 0);
    const auto token = world.read(ann, "u1", seconds(60));
    REQUIRE(token.has_value());
    CHECK_FALSE(world.userinfo(token->access_token).is_null());
}

TEST_CASE("what is being revoked is refreshed by no host whose clock is ahead") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto grant = grant_of(world, "u1").value().id;
    eventful_http wire{world.http};
    auto context = world.context_with({.http = &wire});
    std::optional<bool> leased;
    wire.meanwhile = [&] {
        leased = transact(world, [&](sql_session& session) {
            const auto ahead = world.time.now() + revoke_deadline + seconds(10);
            return take_grant_lease(session, grant, "another", ahead + seconds(60), ahead)
                .has_value();
        });
    };
    REQUIRE(world.run(disconnect(context, ann, {acme, "u1"})).has_value());
    REQUIRE(leased);
    CHECK_FALSE(*leased);
}

TEST_CASE("a grant's intents go with it") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto grant = grant_of(world, "u1");
    transact(world, [&](sql_session& session) {
        intent_row intent;
        intent.id = "i1";
        intent.provider = acme;
        intent.grant = grant->id;
        insert_intent(session, intent);
        return 0;
    });
    CHECK(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    CHECK(count(world, "intents") == 0);
}

TEST_CASE("all of a user's accounts leave, more than a page of them") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    transact(world, [&](sql_session& session) {
        for (int i = 0; i < 510; ++i) {
            connection_row row;
            row.id = connection_id("c" + std::to_string(i));
            row.user = ann.user;
            row.provider = acme;
            row.account = account_id("a" + std::to_string(i));
            (void)upsert_connection(session, row);
        }
        return 0;
    });
    CHECK(world.run(disconnect(world.context, ann, {acme, ""})).has_value());
    CHECK(count(world, "connections") == 0);
}

}  // namespace tenon::test
