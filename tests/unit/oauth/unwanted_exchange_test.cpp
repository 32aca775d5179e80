// Exchanges that are under way, or were cut off, when nobody wants them any more: what they are
// granted is revoked, whoever ends them.

#include "two_hosts.hpp"

#include "oauth/departure.hpp"
#include "oauth/discarding.hpp"
#include "store/connections.hpp"
#include "store/intents.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace tenon::test {
TEST_CASE("an exchange that another host is at is ended by that one when its user is erased") {
    two_hosts world;
    const auto told = world.connect_there([&] { world.begin_erasure_here(); });
    REQUIRE(told.has_value());
    CHECK(told->location.find("INVALID_STATE") != std::string::npos);
    REQUIRE(world.receipt);
    CHECK(world.receipt->value().exchanges == 1);
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token, once
    CHECK(lines_of(world, "connection.discarded").size() == 1);
    CHECK(count(world, "intents") == 0);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("an exchange of a host that is gone is ended by who erases its user, after its lease") {
    two_hosts world;
    world.cut_off_there();
    const auto before = world.time.now();
    const auto receipt = erase(world, world.ann);
    CHECK(world.time.now() >= before + world.context.options.lease);
    CHECK(receipt.exchanges == 1);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].what.outcome == "revoked");
    CHECK(world.scene.count().revokes == 2);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("who erases does not wait for ever for an exchange that goes on, and it is not lost") {
    two_hosts world;
    world.cut_off_there();
    boost::asio::use_service<pause_service>(world.io).wait =
        [](milliseconds) -> boost::asio::awaitable<void> { co_return; };
    const auto told = world.run(erase_user(world.context, world.ann));
    CHECK(told.error().code == errc::storage_unavailable);
    CHECK(world.scene.count().revokes == 0);
    REQUIRE(count(world, "intents") == 1);
    world.time.advance(world.context.options.lease);
    CHECK(world.run(finish_erasures(world.context, false, goes_on)) == 1);
    CHECK(world.scene.count().revokes == 2);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("an exchange that another host is at is ended by that one when its user disconnects") {
    two_hosts world;
    world.connect(world.ann, "u1");
    const auto told = world.connect_there([&] {
        boost::asio::co_spawn(
            world.io, disconnect(world.context, world.ann, {acme, "u1"}), boost::asio::detached
        );
    });
    REQUIRE(told.has_value());
    CHECK(told->location.find("INVALID_STATE") != std::string::npos);
    CHECK(world.list(world.ann).empty());
    CHECK(count(world, "intents") == 0);
    CHECK(world.scene.count().revokes == 4);  // of the connection, and of the exchange
    CHECK(lines_of(world, "connection.discarded").size() == 1);
}

TEST_CASE("tokens of an account of which only a leaving connection is left are revoked") {
    oauth_world world(any_engine());
    add_organizations(world);
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto what = granted_landing(ann, "u1");
    const auto outcome = [&] {
        return world.run(discard(world.context, what, errc::invalid_state)).value().at(0).outcome;
    };
    CHECK(outcome() == "kept");
    transact(world, [&](sql_session& session) {
        auto row = find_connection(session, ann.user, acme, "u1");
        const auto now = world.time.now();
        return begin_leaving(session, std::move(*row), consent_end::disconnected, now)
            .grants.size();
    });
    CHECK(outcome() == "revoked");
}

TEST_CASE("a code's tokens that come while storage is away, however long, are connected later") {
    two_hosts world;
    world.wire.meanwhile = [&] {
        world.storage.away_until = world.time.now() + std::chrono::minutes(50);
    };
    const auto told = world.finish_there();
    REQUIRE(told.has_value());
    CHECK(told->location.find("status=error") != std::string::npos);
    REQUIRE(count(world, "intents") == 1);
    world.run(recover_intents(world.context, *world.refresh, false));
    CHECK(world.list(world.ann).size() == 1);
    CHECK(count(world, "intents") == 0);
    CHECK(world.scene.count().revokes == 0);
    CHECK(world.scene.count().code_reuses == 0);
}

TEST_CASE("a code's tokens that come while storage is away are revoked if their user is erased") {
    two_hosts world;
    world.wire.meanwhile = [&] {
        world.storage.away_until = world.time.now() + std::chrono::minutes(50);
        world.begin_erasure_here();
    };
    CHECK(world.finish_there().has_value());
    REQUIRE(world.receipt);
    CHECK(world.receipt->has_value());
    CHECK(count(world, "intents") == 0);
    CHECK(world.scene.count().revokes == 2);
    CHECK(world.list(world.ann).empty());
    check_nothing_holds(world, ann_id);
}

}  // namespace tenon::test
