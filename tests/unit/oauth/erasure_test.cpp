// Erasing a user, to the end, whatever comes between.
#include "erasing.hpp"

#include "oauth/audit_chain.hpp"
#include "oauth/cleaning.hpp"
#include "oauth/erased.hpp"
#include "oauth/leaving.hpp"
#include "store/api_keys.hpp"
#include "store/connections.hpp"
#include "store/idempotency.hpp"
#include "store/organizations.hpp"

namespace tenon::test {
namespace {

void put_pinned_key(oauth_world& world, const std::string& id, const actor& by) {
    transact(world, [&](sql_session& session) {
        insert_organization(session, {by.org, "ours", world.time.now()});
        api_key_row key;
        key.id = api_key_id(id);
        key.name = "of " + by.user.text();
        key.key_hash = id;
        key.user = by.user;
        insert_api_key(session, key);
        return 0;
    });
}

void put_answer(oauth_world& world, const actor& by) {
    transact(world, [&](sql_session& session) {
        const auto now = world.time.now();
        (void)begin_idempotent(session, "once", "once", now, now + seconds(9));
        return finish_idempotent(session, "once", {200, "sealed", by.user, {}, now + seconds(9)});
    });
}

auto cleaned(oauth_world& world) -> boost::asio::awaitable<bool> {
    co_await clean_expired(world.context);
    co_return true;
}

}  // namespace

TEST_CASE("an erased user is in no row any more, nor is the account, and the log's chain holds") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto id = world.connect(ann, "u1");
    (void)world.park(ann, "u2");
    (void)world.begin(ann);
    put_pinned_key(world, "k1", ann);
    put_answer(world, ann);
    world.connect(user("bob"), "u3");
    for (const auto* const known : {"customers.example", "demo_user_1", "demo_user_2"}) {
        REQUIRE_FALSE(columns_that_hold(world.store.db(), known).empty());
    }

    const auto receipt = erase(world, ann);
    CHECK_FALSE(receipt.id.empty());
    CHECK(receipt.connections == 1);
    CHECK(receipt.unconfirmed == 1);
    CHECK(receipt.pending_connects == 1);
    CHECK(receipt.api_keys == std::vector{api_key_id("k1")});
    CHECK(receipt.consents == 1);
    REQUIRE(receipt.revocations.size() == 2);
    CHECK(receipt.revocations[0].connection == id);
    CHECK(receipt.revocations[0].provider == acme);
    CHECK(receipt.revocations[0].what.slot == "main");
    for (const auto& one : receipt.revocations) {
        CHECK(one.what.outcome == "revoked");
    }

    for (const auto* const known : {"customers.example", "demo_user_1", "demo_user_2", "user1@"}) {
        check_nothing_holds(world, known);
    }
    CHECK_FALSE(grant_of(world, "u1"));
    CHECK(world.list(ann).empty());
    CHECK(world.read(user("bob"), "u3", seconds(60)).has_value());
    const auto told = lines_of(world, "user.erased");
    REQUIRE(told.size() == 1);
    CHECK(told[0].subject == lines_of(world, "connection.disconnected").at(0).subject);
    CHECK(nlohmann::json::parse(told[0].detail).at("receiptId") == receipt.id);
    CHECK(nlohmann::json::parse(told[0].detail).at("revocations").at("revoked") == 2);
    REQUIRE(world.run(seal_audit_batch(world.context)).has_value());
    for (const auto& verdict : verify_audit(world.store.db(), world.seal).value()) {
        CHECK(verdict.problems.empty());
        CHECK(verdict.last > 0);
    }
}

// That a check for what is left can fail: it sees what only the keys open.
TEST_CASE("what is sealed of a user is found, and is gone when the user is erased") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    (void)world.park(ann, "u1");
    let_fail(world, "/userinfo", 1);
    REQUIRE(world.finish(world.consent(world.begin(ann), "u2")).has_value());
    const auto sealed = [&](const std::string& text) {
        return sealed_columns_that_hold(world.store.db(), world.seal, text);
    };
    CHECK(sealed("demo_user_1") == std::vector<std::string>{"confirmations.sealed"});
    CHECK(sealed(ann_id) == std::vector<std::string>{"confirmations.sealed", "intents.sealed"});
    (void)erase(world, ann);
    CHECK(sealed("demo_user_1").empty());
    CHECK(sealed(ann_id).empty());
    world.connect(user("bob"), "u3");
    keyring other;
    REQUIRE(other.generate(world.random).has_value());
    const sealer stranger(std::move(other), world.random);
    CHECK_FALSE(sealed_columns_that_hold(world.store.db(), stranger, ann_id).empty());
}

TEST_CASE("who shares an account with an erased user keeps it") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto bob = user("bob");
    world.connect(ann, "u1");
    world.connect(bob, "u1");
    const auto receipt = erase(world, ann);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].what.outcome == "kept");
    CHECK(world.scene.count().revokes == 0);
    CHECK(world.read(bob, "u1", seconds(60)).has_value());
    check_nothing_holds(world, ann_id);
}

TEST_CASE("a provider that is down, or gone, does not keep a user from being erased") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    std::string outcome;
    SECTION("down") {
        let_fail(world, "/revoke", 100);
        outcome = "pending";
    }
    SECTION("gone") {
        world.configure({});
        outcome = "failed";
    }
    const auto receipt = erase(world, ann);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].what.outcome == outcome);
    check_nothing_holds(world, ann_id);
    check_nothing_holds(world, "demo_user_1");
}

TEST_CASE("a second erasure is answered with the first one's receipt, for as long as it is kept") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    put_pinned_key(world, "k1", ann);
    const auto first = erase(world, ann);
    world.time.advance(seconds(90));
    const auto again = erase(world, ann);
    CHECK(again.id == first.id);
    CHECK(again.erased_at == first.erased_at);
    CHECK(again.connections == 1);
    CHECK(again.consents == 1);
    CHECK(again.api_keys == std::vector{api_key_id("k1")});
    REQUIRE(again.revocations.size() == 1);
    CHECK(again.revocations[0].connection == first.revocations[0].connection);
    CHECK(again.revocations[0].what.outcome == "revoked");
    CHECK(lines_of(world, "user.erased").size() == 1);
    CHECK(count(world, "subjects") == 0);
    check_nothing_holds(world, ann_id);
    SECTION("unless the user came back") {
        world.connect(ann, "u2");
        const auto anew = erase(world, ann);
        CHECK(anew.id != first.id);
        CHECK(anew.connections == 1);
        CHECK(anew.api_keys.empty());
    }
    SECTION("or it is gone") {
        world.time.advance(std::chrono::hours(3));
        world.run(cleaned(world));
        const auto late = erase(world, ann);
        CHECK(late.id.empty());
        CHECK(late.connections == 0);
        CHECK(late.revocations.empty());
    }
    check_nothing_holds(world, ann_id);
}

TEST_CASE("of a user who left before, the log and the consents are all there is to be erased") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    REQUIRE_FALSE(columns_that_hold(world.store.db(), ann_id).empty());
    const auto receipt = erase(world, ann);
    CHECK_FALSE(receipt.id.empty());
    CHECK(receipt.connections == 0);
    CHECK(receipt.consents == 1);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("an erasure that a process left is finished under its receipt's id") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    // As a process leaves it that ends before anything is revoked.
    transact(world, [&](sql_session& session) {
        const auto now = world.time.now();
        const auto who = who_of(world.context, ann);
        CHECK(begin_erasure(session, who, "receipt-1", now) == "receipt-1");
        auto row = find_connection(session, ann.user, acme, "u1");
        return begin_leaving(session, std::move(*row), consent_end::erased, now).grants.size();
    });
    SECTION("by who asks again") {
        const auto receipt = erase(world, ann);
        CHECK(receipt.id == "receipt-1");
        CHECK(receipt.connections == 1);
    }
    SECTION("by another host, later") {
        CHECK(world.run(finish_erasures(world.context, false, goes_on)) == 0);
        world.time.advance(world.context.options.lease);
        // A host that stops takes none up, and leaves it to be found.
        const auto stops = [] { return true; };
        CHECK(world.run(finish_erasures(world.context, false, stops)) == 0);
        REQUIRE(world.scene.count().revokes == 0);
        CHECK(world.run(finish_erasures(world.context, false, goes_on)) == 1);
        CHECK(world.run(finish_erasures(world.context, false, goes_on)) == 0);
    }
    CHECK(world.scene.count().revokes > 0);
    const auto detail = nlohmann::json::parse(lines_of(world, "user.erased").at(0).detail);
    CHECK(detail.at("receiptId") == "receipt-1");
    check_nothing_holds(world, ann_id);
}

}  // namespace tenon::test
