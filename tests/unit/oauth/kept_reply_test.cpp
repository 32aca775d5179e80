// What becomes of tokens that come at a bad moment: the only good refresh token is among them.
#include "oauth/confirm.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/rate_governor.hpp"
#include "oauth/recovery.hpp"
#include "oauth/refresh_boarding.hpp"
#include "oauth/refresh_burial.hpp"
#include "unit/oauth/bad_moment.hpp"

namespace tenon::test {
namespace {

using std::chrono::minutes;

auto refusal(std::uint32_t status, bool served) -> sim::fault {
    sim::fault made;
    made.path = "/token";
    made.kind = sim::fault_kind::status;
    made.status = status;
    made.served = served;
    return made;
}

// By another host than the one that has the bad moment.
auto renew_elsewhere(bad_moment& here) -> boost::asio::awaitable<void> {
    const auto id = here.look([](sql_session& session) -> result<connection_id> {
        return find_connection(session, ann.user, provider_id("acme"), "u1").value().id;
    });
    const auto row = here.grant(id);
    auto renewing = here.refresh->refresh({row.org, row.id, row.provider, refresh_reason::asked});
    const auto done = co_await std::move(renewing);
    CHECK(done.has_value());
}

}  // namespace

TEST_CASE("tokens that come while storage is away, however long, are stored when it is back") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    here.wire.meanwhile = [&] { here.db.away_until = here.time.now() + hours(1); };
    const auto told = here.renew(before);
    // Who asked did not wait for all that time; the host did.
    CHECK(told.error().code == errc::storage_unavailable);
    const auto after = here.grant(here.list(ann).front().id);
    CHECK(after.generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
    CHECK(here.renew(after).has_value());
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("a confirmation whose commit's answer was lost takes nothing back that was renewed since"
) {
    bad_moment here;
    const auto code = here.park(ann, "u1");
    here.db.loses_answer = true;
    boost::asio::use_service<pause_service>(here.io).wait = [&](milliseconds) {
        return renew_elsewhere(here);
    };
    const auto confirmed = here.run(confirm_connection(here.at, ann, code));
    REQUIRE(confirmed.has_value());
    CHECK(here.scene.count().refreshes == 1);
    CHECK(here.renew(here.grant(confirmed->id)).has_value());
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("a refresh that was not sent, for its commit's answer was lost, is sent the next time") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    here.db.loses_answer = true;
    CHECK(here.renew(before).error().code == errc::storage_unavailable);
    REQUIRE(here.intents(before.id).size() == 1);
    CHECK(here.renew(before).has_value());
    CHECK(here.grant(here.list(ann).front().id).generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("a refresh that was not sent, and could not be given back, is sent the next time") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    const auto client =
        limited_client_of(*here.providers.find("acme").value(), before.client_id, {});
    for (int i = 0; i < 3; ++i) {
        here.governor.report(
            client, {rate_governor::verdict::limited, seconds(30)}, here.time.now()
        );
    }
    here.db.once_written = [&] { here.db.away_until = here.time.now() + minutes(1); };
    CHECK(here.renew(before).error().code == errc::rate_limited);
    REQUIRE(here.intents(before.id).size() == 1);
    here.time.advance(minutes(2));
    CHECK(here.renew(before).has_value());
    CHECK(here.grant(here.list(ann).front().id).generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("one that was cut off is spared, though a commit's answer was lost since") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    here.look([&](sql_session& session) -> result<void> {
        insert_intent(session, intent_of(here.at, before, "cut-off", here.time.now()));
        return {};
    });
    for (int i = 0; i < 2; ++i) {
        here.db.loses_answer = true;
        CHECK(here.renew(before).error().code == errc::storage_unavailable);
    }
    CHECK(here.renew(before).error().code == errc::provider_unavailable);
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("tokens that come when another host has removed their intent are stored") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    here.wire.meanwhile = [&] {
        here.look([&](sql_session& session) -> result<void> {
            for (const auto& one : intents_of_grant(session, before.id)) {
                delete_intent(session, one.id);
            }
            return {};
        });
    };
    CHECK(here.renew(before).has_value());
    const auto after = here.grant(here.list(ann).front().id);
    CHECK(after.generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
}

TEST_CASE("tokens that come for a grant that another host has buried connect its users again") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    const actor bob{org_id("org"), user_id("bob"), "test", {}};
    here.connect(bob, "u1");
    const auto shared = here.grant(here.list(bob).front().id);
    REQUIRE(shared.id == before.id);
    here.wire.meanwhile = [&] {
        CHECK(here.look([&](sql_session& session) -> result<bool> {
            return bury(session, here.at, shared, {expiry_cause::revoked, "it ended"}) == 2;
        }));
    };
    CHECK(here.renew(shared).has_value());
    for (const auto& who : {ann, bob}) {
        const auto shown = here.list(who);
        REQUIRE(shown.size() == 1);
        CHECK(shown.front().status == connection_status::connected);
        CHECK(here.read(who, "u1", seconds(0)).has_value());
    }
}

TEST_CASE("who comes when storage is back waits for the answer that another host still holds") {
    bad_moment here;
    const auto before = here.grant(here.connect(ann, "u1"));
    here.time.advance(hours(2));
    here.at.options.instance = "late";
    // The second host sees storage again a moment before the first, whose lease is over.
    const auto back = here.time.now() + here.context.options.lease + seconds(10);
    here.wire.meanwhile = [&] { here.db.away_until = back; };
    bool begun = false;
    bool ended = false;
    const auto end = [&](const std::exception_ptr&, auto&&...) { ended = true; };
    std::function<void()> come;
    boost::asio::use_service<pause_service>(here.io).wait = [&](milliseconds span) {
        if (!begun && here.time.now() + seconds(2) > back) {
            begun = true;
            come();
        }
        return pass(here.time, span);
    };
    SECTION("who needs it") {
        come = [&] {
            refresh_order order{before.org, before.id, before.provider, refresh_reason::needed};
            boost::asio::co_spawn(here.io, here.refresh->refresh(std::move(order)), end);
        };
    }
    SECTION("who takes up what was cut off") {
        come = [&] {
            boost::asio::co_spawn(
                here.io, recover_intents(here.context, *here.refresh, false), end
            );
        };
    }
    [[maybe_unused]] const auto first = here.renew(before);
    CHECK(ended);
    CHECK(here.grant(here.list(ann).front().id).generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("a refusal that leaves open what became of the refresh token is as good as none") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    SECTION("500: not asked again while the token lives") {
        here.scene.inject(refusal(500, true));
        here.leave_recorded_refresh(before, 500);
        here.http.seen.clear();
        CHECK(here.fly(before, refresh_reason::ahead).has_error());
        CHECK(here.http.seen.empty());
        CHECK(here.grant(id).next_refresh_at == before.expires_at);
        CHECK(here.intents(before.id).empty());
    }
    SECTION("503: nothing was done, and it is asked again") {
        here.scene.inject(refusal(503, false));
        here.leave_recorded_refresh(before, 503);
        CHECK(here.fly(before, refresh_reason::ahead).has_value());
        CHECK(here.scene.count().refreshes == 1);
    }
    CHECK(here.scene.count().refresh_reuses == 0);
}

}  // namespace tenon::test
