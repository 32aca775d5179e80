// Refreshes that are claimed, many at once: what comes between a claim and its departure.
#include "oauth/limited_client.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/scheduler.hpp"
#include "support/any_engine.hpp"
#include "unit/oauth/bad_moment.hpp"

namespace tenon::test {
namespace {

// A host with one grant that is due.
struct claim_case : bad_moment {
    claim_case() : bad_moment(any_engine()) {
        before = grant(connect(ann, "u1"));
        time.advance(*before.next_refresh_at - time.now());
        http.seen.clear();
    }
    auto claim() -> std::vector<refresh_order> {
        const due_grant due{before.id, before.org, before.provider, *before.next_refresh_at};
        return run(late.claim({due})).value().orders;
    }
    auto claim_one() -> refresh_order {
        auto orders = claim();
        REQUIRE(orders.size() == 1);
        return orders.front();
    }
    auto renewed() -> grant_row { return grant(list(ann).front().id); }
    // The same, for what is called by something that runs.
    auto renewed_now() -> grant_row {
        return look([&](sql_session& session) -> result<grant_row> {
            return find_grant(session, before.id).value();
        });
    }
    // It was refreshed once, and nothing is left of it.
    void check_once() {
        const auto after = renewed();
        CHECK(after.generation == before.generation + 1);
        CHECK(after.failures == 0);
        CHECK_FALSE(after.lease_until);
        CHECK(intents(before.id).empty());
        CHECK(scene.count().refreshes == 1);
        CHECK(scene.count().refresh_reuses == 0);
    }

    grant_row before;
};

using refreshing = boost::asio::awaitable<result<shared_grant>>;

auto then_back(refreshing first, absent_database& db) -> refreshing {
    auto told = co_await std::move(first);
    db.away_until = {};
    co_return told;
}

}  // namespace

TEST_CASE("a claim holds lease and intent before its provider is asked, and leaves neither") {
    claim_case here;
    const auto order = here.claim_one();
    REQUIRE(order.aboard);
    const auto left = here.intents(here.before.id);
    REQUIRE(left.size() == 1);
    CHECK(left.front().generation == here.before.generation);
    CHECK(left.front().owner == here.at.options.instance);
    CHECK(here.renewed().lease_until == here.time.now() + here.at.options.lease);
    CHECK(here.http.seen.empty());
    CHECK(here.run(here.late.refresh_claimed(order)).has_value());
    here.check_once();
}

TEST_CASE("a claim whose commit's answer was lost is sent when its lease is over") {
    claim_case here;
    refresh_scheduler scheduler(here.at, here.late);
    here.db.loses_answer = true;
    here.run(scheduler.tick());
    REQUIRE(here.intents(here.before.id).size() == 1);
    CHECK(here.http.seen.empty());
    SECTION("by the scheduler") {
        here.time.advance(here.at.options.lease);
        here.run(scheduler.tick());
    }
    SECTION("or at once, for a reader") {
        CHECK(here.renew(here.before, refresh_reason::needed).has_value());
    }
    here.check_once();
}

TEST_CASE("tokens that come for a claim while storage is away, however long, are stored") {
    claim_case here;
    refresh_scheduler scheduler(here.at, here.late);
    here.wire.meanwhile = [&] { here.db.away_until = here.time.now() + hours(1); };
    here.run(scheduler.tick());
    CHECK(scheduler.in_flight() == 0);
    here.check_once();
}

TEST_CASE("a claim that storage does not take begins nothing, and wakes nobody") {
    claim_case here;
    here.at.options.refresh_concurrency = 1;
    refresh_scheduler scheduler(here.at, here.late);
    int woken = 0;
    scheduler.when_room([&] { ++woken; });
    here.db.loses_answer = true;
    here.run(scheduler.tick());
    CHECK(scheduler.in_flight() == 0);
    CHECK(woken == 0);
    CHECK(here.http.seen.empty());
}

TEST_CASE("what a host can't ask stays due for those that can, and for itself when it can") {
    claim_case here;
    refresh_scheduler scheduler(here.at, here.late);
    SECTION("its configuration has no such provider") {
        here.configure({});
    }
    SECTION("the issuer's metadata have not come yet") {
        here.configure({"demo-secret"}, "http://127.0.0.1:4999");
    }
    here.run(scheduler.tick());
    CHECK(here.renewed().next_refresh_at == here.before.next_refresh_at);
    CHECK(here.http.seen.empty());
    here.configure({"demo-secret"});
    REQUIRE(here.run(here.providers.acquire(acme.text())).has_value());
    here.run(scheduler.tick());
    here.check_once();
}

TEST_CASE("the next tick may come when a batch was answered, before its end is written") {
    claim_case here;
    here.at.options.refresh_concurrency = 4;  // of which a batch is one
    refresh_scheduler scheduler(here.at, here.late);
    std::vector<std::int64_t> generations;
    scheduler.when_room([&] { generations.push_back(here.renewed_now().generation); });
    here.run(scheduler.tick());
    CHECK(generations == std::vector{here.before.generation});
    here.check_once();
}

TEST_CASE("a claim that is written, unknown to its host, is known when the next gets nothing") {
    claim_case here;
    here.db.loses_answer = true;
    const due_grant due{
        here.before.id, here.before.org, here.before.provider, *here.before.next_refresh_at};
    REQUIRE(here.run(here.late.claim({due})).has_error());
    REQUIRE(here.intents(here.before.id).size() == 1);
    const auto held = here.run(here.late.claim({due}));
    REQUIRE(held.has_value());
    CHECK(held->orders.empty());
    CHECK(held->others_took_some);
    CHECK(here.renew(here.before, refresh_reason::needed).has_value());
    here.check_once();
}

TEST_CASE("a claimed refresh that a reader's comes before asks nobody") {
    claim_case here;
    const auto order = here.claim_one();
    CHECK(here.renew(here.before).has_value());
    here.check_once();
    const auto row = here.run(here.late.refresh_claimed(order));
    REQUIRE(row.has_value());
    CHECK((*row)->generation == here.before.generation + 1);
    here.check_once();
}

TEST_CASE("a reader's that comes before a claimed refresh, and is held, leaves it nothing to fear"
) {
    claim_case here;
    const auto order = here.claim_one();
    const auto client =
        limited_client_of(*here.providers.find("acme").value(), here.before.client_id, {});
    for (int i = 0; i < 3; ++i) {
        here.governor.report(
            client, {rate_governor::verdict::limited, seconds(30)}, here.time.now()
        );
    }
    // The reader's is not given back: its intent stays, and nothing was sent with that either.
    here.db.once_written = [&] { here.db.away_until = here.time.now() + seconds(1); };
    CHECK(here.renew(here.before).error().code == errc::rate_limited);
    here.time.advance(std::chrono::minutes(2));
    CHECK(here.run(here.late.refresh_claimed(order)).has_value());
    here.check_once();
}

TEST_CASE("a claimed refresh that joins one that never boards boards behind it") {
    claim_case here;
    const auto order = here.claim_one();
    // A reader's that begins before it, and finds storage away.
    here.db.away_until = here.time.now() + hours(1);
    refresh_order readers{here.before.org, here.before.id, here.before.provider};
    std::optional<result<shared_grant>> first;
    boost::asio::co_spawn(
        here.io, then_back(here.late.refresh(readers), here.db),
        [&](const std::exception_ptr&, result<shared_grant> end) { first = std::move(end); }
    );
    CHECK(here.run(here.late.refresh_claimed(order)).has_value());
    REQUIRE(first);
    CHECK(first->has_error());
    here.check_once();
}

TEST_CASE("a claimed refresh that joins one which finds the grant renewed asks nobody") {
    claim_case here;
    const auto order = here.claim_one();
    std::optional<result<shared_grant>> joined;
    refresh_order readers{here.before.org, here.before.id, here.before.provider};
    readers.seen = here.before.generation;
    auto first = here.late.refresh(readers);
    auto second = here.late.refresh_claimed(order);
    here.look([&](sql_session& session) -> result<void> {
        run(session,
            "UPDATE grants SET generation = generation + 1, lease_owner = '', lease_until = NULL, "
            "next_refresh_at = next_refresh_at + 1 WHERE org_id = $1 AND id = $2",
            session.org(), here.before.id);
        return {};
    });
    boost::asio::co_spawn(
        here.io, std::move(second),
        [&](const std::exception_ptr&, result<shared_grant> end) { joined = std::move(end); }
    );
    CHECK(here.run(std::move(first)).has_value());
    REQUIRE(joined);
    REQUIRE(joined->has_value());
    CHECK((**joined)->generation == here.before.generation + 1);
    CHECK(here.http.seen.empty());
}

TEST_CASE("a claimed refresh whose lease leaves no time for it boards anew") {
    claim_case here;
    const auto order = here.claim_one();
    here.time.advance(here.at.options.lease - seconds(1));
    here.wire.meanwhile = [&] {
        CHECK(here.renewed_now().lease_until > here.time.now() + seconds(1));
    };
    CHECK(here.run(here.late.refresh_claimed(order)).has_value());
    here.check_once();
}

TEST_CASE("a claimed refresh whose host stood still past the lease boards anew") {
    claim_case here;
    const auto order = here.claim_one();
    here.time.advance(here.at.options.lease);
    SECTION("and goes, where nobody else has begun") {
        CHECK(here.run(here.late.refresh_claimed(order)).has_value());
        here.check_once();
    }
    SECTION("and asks nobody, where another has") {
        here.look([&](sql_session& session) -> result<void> {
            const auto now = here.time.now();
            CHECK(take_grant_lease(session, here.before.id, "another", now + hours(1), now));
            return {};
        });
        const auto told = here.run(here.late.refresh_claimed(order));
        CHECK(told.error().code == errc::provider_unavailable);
        CHECK(here.http.seen.empty());
    }
}

TEST_CASE("a claim is given back where its provider is gone") {
    claim_case here;
    const auto order = here.claim_one();
    here.configure({});
    CHECK(here.run(here.late.refresh_claimed(order)).has_error());
    CHECK_FALSE(here.renewed().lease_until);
    CHECK(here.intents(here.before.id).empty());
}

TEST_CASE("what an earlier run left is not claimed over: it boards for itself") {
    claim_case here;
    here.leave_recorded_refresh(here.before);
    const auto order = here.claim_one();
    CHECK_FALSE(order.aboard);
    CHECK(here.intents(here.before.id).size() == 1);
    CHECK(here.run(here.late.refresh_claimed(order)).has_value());
    here.check_once();
}

TEST_CASE("what is under way is not claimed, though its lease be over") {
    claim_case here;
    std::optional<std::vector<refresh_order>> claimed;
    here.wire.meanwhile = [&] {
        here.time.advance(here.at.options.lease);
        const due_grant due{
            here.before.id, here.before.org, here.before.provider, *here.before.next_refresh_at};
        boost::asio::co_spawn(
            here.io, here.late.claim({due}),
            [&](const std::exception_ptr&, result<claimed_refreshes> made) {
                claimed = std::move(made).value().orders;
            }
        );
    };
    here.wire.rests = 20;
    CHECK(here.renew(here.before).has_value());
    REQUIRE(claimed);
    CHECK(claimed->empty());
    here.check_once();
}

}  // namespace tenon::test
