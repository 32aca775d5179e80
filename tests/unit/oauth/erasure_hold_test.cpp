// Two hosts that erase the same user: one is at it, and both know what became of it.
#include "two_hosts.hpp"

#include "oauth/departure.hpp"
#include "store/connections.hpp"
#include "store/erasures.hpp"

namespace tenon::test {
namespace {

auto state_of(oauth_world& world, const actor& by) -> erasure_state {
    return transact(world, [&](sql_session& session) {
        return find_erasure(session, who_of(world.context, by)).value();
    });
}

auto take_up_after(oauth_context& context, milliseconds wait)
    -> boost::asio::awaitable<std::size_t> {
    co_await pause(wait);
    co_return co_await finish_erasures(context, false, goes_on);
}

}  // namespace

TEST_CASE("who asks while another host erases the user waits, and is told what that one did") {
    two_hosts world;
    world.connect(world.ann, "u1");
    world.wire.rests = 5;
    world.wire.rest = seconds(1);
    world.wire.meanwhile = [&] { world.begin_erasure_here(); };  // while it revokes
    const auto there = world.erase_there().value();
    REQUIRE(world.receipt);
    const auto& here = world.receipt->value();
    CHECK_FALSE(here.id.empty());
    CHECK(here.id == there.id);
    for (const auto& receipt : {here, there}) {
        CHECK(receipt.connections == 1);
        REQUIRE(receipt.revocations.size() == 1);
        CHECK(receipt.revocations[0].what.outcome == "revoked");
    }
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token, once
    CHECK(lines_of(world, "user.erased").size() == 1);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("an erasure that takes longer than a lease is not taken up by another host") {
    two_hosts world;
    world.connect(world.ann, "u1");
    world.wire.rests = 100;
    world.wire.rest = seconds(1);
    std::optional<std::size_t> taken;
    world.wire.meanwhile = [&] {
        boost::asio::co_spawn(
            world.io, take_up_after(world.context, world.context.options.lease + seconds(40)),
            [&](std::exception_ptr, std::size_t many) { taken = many; }
        );
    };
    const auto before = world.time.now();
    REQUIRE(world.erase_there().has_value());
    CHECK(world.time.now() >= before + seconds(100));
    CHECK(taken == 0U);
    CHECK(lines_of(world, "user.erased").size() == 1);
    CHECK(state_of(world, world.ann).owner.empty());
}

TEST_CASE("an erasure whose host is gone is waited for, taken up, and its receipt is whole") {
    two_hosts world;
    world.connect(world.ann, "u1");
    world.connect(world.ann, "u2");
    // As a host leaves it that ends when the first of two connections is gone.
    const auto left = transact(world, [&](sql_session& session) {
        const auto now = world.time.now();
        const auto who = who_of(world.context, world.ann);
        (void)begin_erasure(session, who, "receipt-1", now);
        const auto state = find_erasure(session, who).value();
        REQUIRE(adopt_erasure(session, who, state, "gone/1", now));
        std::vector<leaving> all;
        for (auto& row : all_connections(session, world.ann.user, acme)) {
            all.push_back(begin_leaving(session, std::move(row), consent_end::erased, now));
        }
        return all;
    });
    REQUIRE(left.size() == 2);
    REQUIRE(world.run(finish_leaving(world.there, world.ann, left[0])).has_value());
    const auto before = world.time.now();
    const auto receipt = erase(world, world.ann);
    CHECK(world.time.now() >= before + world.context.options.lease);
    CHECK(receipt.id == "receipt-1");
    CHECK(receipt.connections == 2);
    REQUIRE(receipt.revocations.size() == 2);
    CHECK(receipt.revocations[0].connection == left[0].connection.id);
    const auto detail = nlohmann::json::parse(lines_of(world, "user.erased").at(0).detail);
    CHECK(detail.at("connections") == 2);
    CHECK(detail.at("revocations").at("revoked") == 2);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("what the host in the middle of an exchange discards is in the receipt") {
    two_hosts world;
    REQUIRE(world.connect_there([&] { world.begin_erasure_here(); }).has_value());
    REQUIRE(world.receipt);
    const auto& receipt = world.receipt->value();
    CHECK(receipt.exchanges == 1);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].provider == acme);
    CHECK(receipt.revocations[0].what.outcome == "revoked");
}

}  // namespace tenon::test
