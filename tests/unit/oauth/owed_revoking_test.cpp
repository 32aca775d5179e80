// Tokens whose provider could not be asked to revoke them when they were let go.
#include "oauth/owed_revoking.hpp"

#include "erasing.hpp"
#include "oauth/discarding.hpp"
#include "store/owed_revocations.hpp"

#include <nlohmann/json.hpp>

namespace tenon::test {
namespace {

using std::chrono::minutes;

// The next request alone: the access token is not tried where the refresh token failed.
void break_revoking(oauth_world& world, std::uint32_t status, std::int64_t retry_after_s = 0) {
    sim::fault away;
    away.path = "/revoke";
    away.kind = sim::fault_kind::status;
    away.status = status;
    away.retry_after_s = retry_after_s;
    world.scene.inject(away);
}

auto leave(oauth_world& world, const actor& by) -> std::string {
    auto outcomes = world.run(disconnect(world.context, by, {acme, "u1"})).value();
    REQUIRE(outcomes.size() == 1);
    return outcomes[0].outcome;
}

auto try_owed(oauth_world& world) -> std::size_t {
    return world.run(make_owed_revocations(world.context));
}

// What the log says last of a late revocation: its detail.
auto told(oauth_world& world) -> nlohmann::json {
    const auto lines = lines_of(world, "revocation.ended");
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].provider == "acme");
    CHECK(lines[0].connection.has_value());
    return nlohmann::json::parse(lines[0].detail);
}

// Ann had u1 connected, and left while the provider failed.
struct left_world : oauth_world {
    explicit left_world(std::uint32_t status = 503, std::int64_t retry_after_s = 0)
        : oauth_world(any_engine()) {
        add_organizations(*this);
        connect(ann, "u1");
        token = read(ann, "u1", seconds(60)).value().access_token;
        break_revoking(*this, status, retry_after_s);
        CHECK(leave(*this, ann) == "pending");
    }

    const actor ann = user(ann_id);
    secret token;
};

}  // namespace

TEST_CASE("a revocation that its provider could not make is kept, and made when it can") {
    left_world world;
    CHECK(world.list(world.ann).empty());
    CHECK_FALSE(grant_of(world, "u1").has_value());
    CHECK(count(world, "owed_revocations") == 1);
    const auto left = lines_of(world, "connection.disconnected");
    REQUIRE(left.size() == 1);
    CHECK(left[0].detail == R"({"revocations":[{"outcome":"pending","slot":"main"}]})");
    CHECK_FALSE(world.userinfo(world.token).is_null());
    CHECK(try_owed(world) == 0);  // not yet

    world.time.advance(seconds(6));
    CHECK(try_owed(world) == 1);
    CHECK(world.userinfo(world.token).is_null());
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token
    CHECK(count(world, "owed_revocations") == 0);
    const auto detail = told(world);
    CHECK(detail.at("revocations").at(0).at("outcome") == "revoked");
    CHECK(detail.at("revocations").at(0).at("slot") == "main");
    CHECK(detail.at("attempts") == 2);
    CHECK(lines_of(world, "revocation.ended")[0].subject == left[0].subject);
    CHECK(try_owed(world) == 0);
}

TEST_CASE("a provider that says when to come back is not asked before, nor is one that fails") {
    left_world world(429, 600);
    world.time.advance(seconds(599));
    CHECK(try_owed(world) == 0);
    world.time.advance(seconds(62));
    break_revoking(world, 503);
    CHECK(try_owed(world) == 1);
    CHECK(try_owed(world) == 0);
    CHECK(count(world, "owed_revocations") == 1);
    CHECK(lines_of(world, "revocation.ended").empty());
    world.time.advance(seconds(11));
    CHECK(try_owed(world) == 1);
    CHECK(told(world).at("attempts") == 3);
    CHECK(world.userinfo(world.token).is_null());
}

TEST_CASE("a revocation whose time is over is tried once more and given up, and that is on record"
) {
    left_world world;
    world.time.advance(world.context.options.revocation_lifetime + seconds(1));
    break_revoking(world, 500);
    CHECK(try_owed(world) == 1);
    CHECK(count(world, "owed_revocations") == 0);
    CHECK(told(world).at("revocations").at(0).at("outcome") == "given_up");
    CHECK(lines_of(world, "revocation.ended")[0].outcome == "PROVIDER_UNAVAILABLE");
    CHECK(world.observer.revocations == std::vector<std::string>{"pending", "given_up"});
}

TEST_CASE("a revocation that its provider refuses is not kept, nor where the operator says so") {
    oauth_world world(any_engine());
    world.connect(user("ann"), "u1");
    SECTION("refused") {
        world.configure({"another secret"});
    }
    SECTION("the provider is gone") {
        world.configure({});
    }
    SECTION("0 hours") {
        world.context.options.revocation_lifetime = milliseconds(0);
        break_revoking(world, 503);
    }
    SECTION("the provider wishes not to be asked for longer") {
        world.context.options.revocation_lifetime = std::chrono::hours(1);
        break_revoking(world, 503, 7'200);
    }
    CHECK(leave(world, user("ann")) == "failed");
    CHECK(count(world, "owed_revocations") == 0);
    CHECK(world.list(user("ann")).empty());
}

TEST_CASE("a late revocation does not end what the account's user, or another, connected since") {
    left_world world;
    SECTION("the same user") {
        world.connect(world.ann, "u1");
    }
    SECTION("another one") {
        world.connect(user("bob"), "u1");
    }
    SECTION("or is about to confirm") {
        (void)world.park(user("bob"), "u1");
    }
    world.time.advance(seconds(6));
    CHECK(try_owed(world) == 1);
    CHECK(world.scene.count().revokes == 0);
    CHECK(count(world, "owed_revocations") == 0);
    CHECK(told(world).at("revocations").at(0).at("outcome") == "kept");
}

TEST_CASE("a late revocation that this host can't ask for waits for one that can") {
    left_world world;
    world.time.advance(seconds(6));
    world.configure({});
    CHECK(try_owed(world) == 1);
    CHECK(count(world, "owed_revocations") == 1);
    world.configure({"demo-secret"});
    world.time.advance(seconds(11));
    CHECK(try_owed(world) == 1);
    CHECK(world.userinfo(world.token).is_null());
}

TEST_CASE("what a host left that ended while it revoked late is taken up by another one") {
    left_world world;
    world.time.advance(seconds(6));
    const auto claimed = transact(world, [&](sql_session& session) {
        const auto now = world.time.now();
        return claim_owed_revocations(session, now, now + seconds(30), 10);
    });
    REQUIRE(claimed.size() == 1);
    CHECK(try_owed(world) == 0);
    world.time.advance(seconds(30));
    CHECK(try_owed(world) == 1);
    CHECK(world.userinfo(world.token).is_null());
    transact(world, [&](sql_session& session) {
        CHECK_FALSE(end_owed_revocation(session, claimed[0]));
        return 0;
    });
}

TEST_CASE("an erasure's receipt tells what is owed, and what is kept names the user nowhere") {
    left_world world;
    SECTION("of a connection that the erasure ends") {
        world.connect(world.ann, "u1");
        transact(world, [](sql_session& session) {
            return run(session, "DELETE FROM owed_revocations").affected();
        });
        break_revoking(world, 503);
    }
    SECTION("of one that was disconnected before") {}
    const auto receipt = erase(world, world.ann);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].provider == acme);
    CHECK_FALSE(receipt.revocations[0].connection.empty());
    CHECK(receipt.revocations[0].what.outcome == "pending");
    check_nothing_holds(world, ann_id);
    check_nothing_holds(world, "demo_user_1");
    CHECK(count(world, "subjects") == 0);
    const auto lines = lines_of(world, "user.erased");
    REQUIRE(lines.size() == 1);
    CHECK(nlohmann::json::parse(lines[0].detail).at("revocations").at("pending") == 1);

    world.time.advance(minutes(2));
    CHECK(try_owed(world) == 1);
    CHECK(told(world).at("revocations").at(0).at("outcome") == "revoked");
    CHECK(count(world, "subjects") == 0);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("what was granted and discarded while its provider failed is revoked later too") {
    oauth_world world(any_engine());
    add_organizations(world);
    break_revoking(world, 503);
    auto what = granted_landing(user("ann"), "u1");
    const auto outcomes =
        world.run(discard(world.context, std::move(what), errc::invalid_state)).value();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].outcome == "pending");
    CHECK(count(world, "owed_revocations") == 1);
    world.time.advance(seconds(6));
    CHECK(try_owed(world) == 1);
    CHECK(world.scene.requests()["/revoke"] > 1);
    CHECK(count(world, "owed_revocations") == 0);
}

}  // namespace tenon::test
