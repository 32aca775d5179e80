// What is under way, or was cut off, while its user is erased.
#include "erasing.hpp"

#include "oauth/erased.hpp"
#include "oauth/erasure_rows.hpp"
#include "oauth/intents.hpp"
#include "oauth/park.hpp"
#include "store/api_keys.hpp"
#include "store/erasures.hpp"
#include "store/intents.hpp"
#include "store/organizations.hpp"

#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace tenon::test {
namespace {

// Moves on whenever it is looked at.
class ticking_clock final : public host::clock {
  public:
    explicit ticking_clock(time_point start) : now_(start) {}
    [[nodiscard]] auto now() const noexcept -> time_point override {
        return std::exchange(now_, now_ + seconds(1));
    }

  private:
    mutable time_point now_;
};

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

auto first_reply_of(const actor& by, time_point began) -> std::shared_ptr<exchange_record> {
    const auto begin = std::make_shared<intent_row>();
    begin->id = "i1";
    begin->org = by.org;
    begin->kind = intent_kind::exchange;
    begin->provider = acme;
    begin->user = by.user;
    begin->created_at = begin->updated_at = began;
    auto record = std::make_shared<exchange_record>();
    record->intent = {by.org, begin->id};
    record->begin = begin;
    return record;
}

}  // namespace

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

    SECTION("nor does what began after it by a clock that is a minute ahead") {
        const auto late = landing_of(ann, world.time.now() + erasure_margin);
        CHECK(world.run(land(world.context, late)).error().code == errc::invalid_state);
    }
    SECTION("but who connects anew is a new user") {
        world.time.advance(erasure_margin + seconds(1));
        world.connect(ann, "u1");
        CHECK(world.list(ann).size() == 1);
        CHECK(count(world, "subjects") == 1);
        const auto late = world.run(land(world.context, landing_of(ann, began)));
        CHECK(late.error().code == errc::invalid_state);
        CHECK(world.list(ann).size() == 1);
    }
}

TEST_CASE("a flow that begins while its user is erased, or a moment after, is not stored") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    (void)erase(world, ann);
    connect_request request;
    request.by = ann;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    const auto begun = world.run(begin_connect(world.context, std::move(request)));
    REQUIRE(begun.has_error());
    CHECK(begun.error().code == errc::invalid_state);
    CHECK(count(world, "pending_connects") == 0);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("who stores a key of one user's, and who erases the user, wait for each other") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    transact(world, [&](sql_session& session) {
        insert_organization(session, {ann.org, "ours", world.time.now()});
        return 0;
    });
    const auto other = open_database(world.store.url()).value();  // another host's
    const auto erase_keys = [&] {
        return other->with_org_now(
            ann.org, access::write,
            [&](sql_session& session) -> result<std::size_t> {
                hold_user(session, ann.user);
                return erase_api_keys(session, ann.user).size();
            }
        );
    };
    std::future<result<std::size_t>> erased;
    transact(world, [&](sql_session& session) {
        const auto now = world.time.now();
        REQUIRE(refuse_erased_unnamed(session, world.seal, ann.user, now).has_value());
        api_key_row key;
        key.id = api_key_id("k1");
        key.key_hash = "k1";
        key.user = ann.user;
        insert_api_key(session, key);
        erased = std::async(std::launch::async, erase_keys);
        CHECK(erased.wait_for(milliseconds(200)) == std::future_status::timeout);
        return 0;
    });
    CHECK(erased.get().value() == 1);
    CHECK(count(world, "subjects") == 0);
}

// Each of a connect's transactions that leaves something of its user's.
TEST_CASE("what is stored while its user's erasure ends waits for that, and is refused") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto record = first_reply_of(ann, world.time.now());
    std::function<bool()> is_refused;
    SECTION("a flow that begins") {
        connect_request request;
        request.by = ann;
        request.provider = acme;
        request.redirect_url = "http://127.0.0.1:3000/done";
        is_refused = [&world, request] {
            return world.run(begin_connect(world.context, request)).has_error();
        };
    }
    SECTION("the first reply to an exchange") {
        is_refused = [&] {
            const auto sink = make_reply_sink(world.context, record);
            return world.run(sink(0, recorded_reply{})).has_value() && record->unwanted;
        };
    }
    SECTION("a landing") {
        is_refused = [&] {
            const auto what = landing_of(ann, world.time.now());
            return world.run(land(world.context, what)).has_error();
        };
    }
    const auto other = open_database(world.store.url()).value();  // another host's
    std::future<bool> refused;
    const auto erase_meanwhile = [&](sql_session& session) -> result<void> {
        (void)take_hold(session, world.context, ann, "other/1", erasing::anew);
        REQUIRE(finish(session, world.context, ann, "other/1"));
        refused = std::async(std::launch::async, is_refused);
        CHECK(refused.wait_for(milliseconds(200)) == std::future_status::timeout);
        return {};
    };
    REQUIRE(other->with_org_now(ann.org, access::write, erase_meanwhile).has_value());
    CHECK(refused.get());
    CHECK(count(world, "subjects") == 0);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("a reply to an exchange that nobody wants any more is not written down") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto record = first_reply_of(ann, world.time.now());
    SECTION("its user was erased before the first one came") {
        const auto sink = make_reply_sink(world.context, record);
        world.time.advance(seconds(1));
        (void)erase(world, ann);
        CHECK(world.run(sink(0, recorded_reply{})).has_value());
        CHECK(world.run(sink(1, recorded_reply{})).has_value());
    }
    SECTION("somebody ended it between two") {
        const auto sink = make_reply_sink(world.context, record);
        CHECK(world.run(sink(0, recorded_reply{})).has_value());
        CHECK_FALSE(record->unwanted);
        REQUIRE(count(world, "intents") == 1);
        transact(world, [&](sql_session& session) { return take_intent(session, "i1"); });
        CHECK(world.run(sink(1, recorded_reply{})).has_value());
    }
    CHECK(record->unwanted);
    CHECK(count(world, "intents") == 0);
    check_nothing_holds(world, ann_id);
}

TEST_CASE("a connect counts from before its state was taken: an erasure in between is later") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto redirect = world.consent(world.begin(ann), "u1");
    const ticking_clock ticking(world.time.now());
    auto context = world.context_with({.time = &ticking});
    callback_request request;
    request.provider = acme;
    request.params = redirect.items();
    const auto finished = world.run(finish_connect(context, std::move(request)));
    REQUIRE(finished.has_value());
    REQUIRE(grant_of(world, "u1"));
    CHECK(grant_of(world, "u1")->authorized_at == world.time.now());
}

TEST_CASE("what an exchange that was cut off was granted is revoked with its user") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    const auto is_connected = GENERATE(false, true);
    CAPTURE(is_connected);
    if (is_connected) {
        world.connect(ann, "u2");
    }
    let_fail(world, "/userinfo", 1);
    REQUIRE(world.finish(world.consent(world.begin(ann), "u1")).has_value());
    REQUIRE(count(world, "intents") == 1);
    std::string outcome = "revoked";
    SECTION("where the provider is there") {}
    SECTION("though not where it does not say whose it is") {
        let_fail(world, "/userinfo", 100);
        outcome = "failed";
    }
    const auto receipt = erase(world, ann);
    CHECK_FALSE(receipt.id.empty());
    CHECK(receipt.exchanges == 1);
    CHECK(receipt.connections == (is_connected ? 1 : 0));
    REQUIRE_FALSE(receipt.revocations.empty());
    CHECK(receipt.revocations.back().provider == acme);
    CHECK(receipt.revocations.back().connection.empty());
    CHECK(receipt.revocations.back().what.outcome == outcome);
    const auto sets = std::uint64_t{is_connected ? 1U : 0U} + (outcome == "revoked" ? 1U : 0U);
    CHECK(world.scene.count().revokes == 2 * sets);
    CHECK(count(world, "intents") == 0);
    check_nothing_holds(world, "customers.example");
    check_nothing_holds(world, "demo_user_1");
}

TEST_CASE("an exchange whose intent can't be opened does not keep a user from being erased") {
    oauth_world world(any_engine());
    const auto ann = user(ann_id);
    transact(world, [&](sql_session& session) {
        intent_row intent;
        intent.id = "i1";
        intent.kind = intent_kind::exchange;
        intent.provider = acme;
        intent.user = ann.user;
        intent.sealed = "by another key";
        insert_intent(session, intent);
        return 0;
    });
    const auto receipt = erase(world, ann);
    CHECK(receipt.exchanges == 1);
    REQUIRE(receipt.revocations.size() == 1);
    CHECK(receipt.revocations[0].what.outcome == "failed");
    CHECK(count(world, "intents") == 0);
    CHECK(lines_of(world, "connection.discarded").size() == 1);
    check_nothing_holds(world, "customers.example");
}

}  // namespace tenon::test
