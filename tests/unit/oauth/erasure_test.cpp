// Erasing a user, to the end, whatever comes between.
#include "oauth/erasure.hpp"

#include "oauth/audit_chain.hpp"
#include "oauth/erased.hpp"
#include "oauth/leaving.hpp"
#include "oauth/park.hpp"
#include "store/api_keys.hpp"
#include "store/audit.hpp"
#include "store/connections.hpp"
#include "store/idempotency.hpp"
#include "store/organizations.hpp"
#include "support/row_scan.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

// Of a kind that stands nowhere by chance.
const std::string ann_id = "ann-4711@customers.example";

auto erase(oauth_world& world, const actor& by) -> erasure_receipt {
    return world.run(erase_user(world.context, by)).value();
}

void park_one(oauth_world& world, const actor& by, const std::string& account) {
    connect_request request;
    request.by = by;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.confirm = true;
    const auto begun = world.run(begin_connect(world.context, std::move(request))).value();
    REQUIRE(world.finish(world.consent(begun, account)).has_value());
}

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

auto lines_of(oauth_world& world, const std::string& action) -> std::vector<audit_row> {
    return transact(world, [&](sql_session& session) {
        return list_audit(session, {.action = action});
    });
}

void check_nothing_holds(oauth_world& world, const std::string& text) {
    CAPTURE(text);
    CHECK(columns_that_hold(world.store.db(), text) == std::vector<std::string>());
}

void let_revocations_fail(oauth_world& world) {
    sim::fault away;
    away.path = "/revoke";
    away.kind = sim::fault_kind::status;
    away.times = 100;
    world.scene.inject(away);
}

auto landing_of(const actor& by, time_point issued_at) -> landing {
    landing what;
    what.by = by;
    what.provider = acme;
    what.client_id = "demo-client";
    what.account = account_id("u7");
    what.issued_at = issued_at;
    what.action = "connection.connected";
    granted tokens;
    tokens.access_token = secret("token");
    what.grants.push_back(std::move(tokens));
    return what;
}

}  // namespace

TEST_CASE("an erased user is in no row any more, nor is the account, and the log's chain holds") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto id = world.connect(ann, "u1");
    park_one(world, ann, "u2");
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
    SECTION("down") {
        let_revocations_fail(world);
    }
    SECTION("gone") {
        world.configure({});
    }
    const auto receipt = erase(world, ann);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].what.outcome == "failed");
    check_nothing_holds(world, ann_id);
    check_nothing_holds(world, "demo_user_1");
}

TEST_CASE("a second erasure finds nothing, and writes nothing but the hash") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    world.connect(ann, "u1");
    (void)erase(world, ann);
    const auto again = erase(world, ann);
    CHECK(again.id.empty());
    CHECK(again.connections == 0);
    CHECK(again.revocations.empty());
    CHECK(lines_of(world, "user.erased").size() == 1);
    CHECK(count(world, "subjects") == 0);
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
        const erased_user who{ann.user, erased_hash(ann.org, ann.user)};
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
        CHECK(world.run(finish_erasures(world.context, false)) == 0);
        world.time.advance(world.context.options.lease);
        CHECK(world.run(finish_erasures(world.context, false)) == 1);
        CHECK(world.run(finish_erasures(world.context, false)) == 0);
    }
    CHECK(world.scene.count().revokes > 0);
    const auto detail = nlohmann::json::parse(lines_of(world, "user.erased").at(0).detail);
    CHECK(detail.at("receiptId") == "receipt-1");
    check_nothing_holds(world, ann_id);
}

TEST_CASE("what was under way when its user was erased does not bring the user back") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto began = world.time.now();
    const auto redirect = world.consent(world.begin(ann), "u1");
    world.time.advance(seconds(1));
    (void)erase(world, ann);
    CHECK(world.finish(redirect).error().code == errc::invalid_state);
    CHECK(
        world.run(land(world.context, landing_of(ann, began))).error().code == errc::invalid_state
    );
    CHECK(
        world.run(park(world.context, landing_of(ann, began))).error().code == errc::invalid_state
    );
    check_nothing_holds(world, ann_id);

    SECTION("but who connects anew is a new user") {
        world.time.advance(seconds(1));
        world.connect(ann, "u1");
        CHECK(world.list(ann).size() == 1);
        CHECK(count(world, "subjects") == 1);
        CHECK(count(world, "erasures") == 0);
    }
}

}  // namespace tenon::test
