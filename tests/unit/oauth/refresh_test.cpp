// Whole refreshes against a provider with single-use refresh tokens.
#include "oauth/disconnect.hpp"
#include "oauth/recovery.hpp"
#include "oauth/refresh_settle.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

auto fault_at(const char* path, sim::fault_kind kind, std::uint32_t status = 503) -> sim::fault {
    sim::fault made;
    made.path = path;
    made.kind = kind;
    made.status = status;
    return made;
}

void recover(flow_case& here) {
    here.time.advance(here.context.options.lease + seconds(1));
    here.run(recover_intents(here.context, *here.refresh, false));
}

}  // namespace

TEST_CASE("a recorded answer outlives a start at which its provider can't be had") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    const auto intent = here.leave_recorded_refresh(before);
    const auto recorded_at = here.time.now();
    here.configure({});
    recover(here);
    CHECK(here.intents(before.id).size() == 1);
    CHECK(here.fly(before, refresh_reason::needed).has_error());
    REQUIRE(here.intents(before.id).size() == 1);
    CHECK(here.intents(before.id).at(0).id == intent);

    here.configure({"demo-secret"});
    recover(here);
    const auto after = here.grant(id);
    CHECK(after.generation == before.generation + 1);
    CHECK(here.intents(before.id).empty());
    CHECK(here.scene.count().refreshes == 1);
    CHECK(here.scene.count().refresh_reuses == 0);

    SECTION("and its tokens are as old as they are") {
        CHECK(after.issued_at == recorded_at);
        CHECK(after.expires_at == recorded_at + hours(1));
    }
    SECTION("and the new refresh token works") {
        REQUIRE(here.fly(after, refresh_reason::asked).has_value());
        CHECK(here.scene.count().refresh_reuses == 0);
    }
}

TEST_CASE("what was cut off is remembered as long as nothing is known of it") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    here.leave_intent(before);
    here.http.seen.clear();
    CHECK(here.fly(before, refresh_reason::ahead).has_error());
    CHECK(here.http.seen.empty());
    CHECK(here.grant(id).next_refresh_at == before.expires_at);
    CHECK(here.read(ann, "u1", seconds(0)).has_value());

    SECTION("and asked once more when the token is dead") {
        here.time.advance(hours(1));
        CHECK(here.read(ann, "u1", seconds(0)).has_value());
        CHECK(here.scene.count().refreshes == 1);
    }
}

TEST_CASE("a token whose end nobody knows counts as alive after a cut-off refresh") {
    flow_case here(json{{"rotation", true}, {"expires_in", "absent"}});
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    REQUIRE_FALSE(before.expires_at);
    here.scene.inject(fault_at("/token", sim::fault_kind::reset_before_read));
    CHECK(here.fly(before, refresh_reason::needed).has_error());
    CHECK_FALSE(here.grant(id).next_refresh_at);
    here.leave_intent(before);
    here.http.seen.clear();
    CHECK(here.fly(before, refresh_reason::ahead).has_error());
    CHECK(here.http.seen.empty());

    SECTION("and is renewed when somebody needs it") {
        CHECK(here.fly(before, refresh_reason::refused).has_value());
    }
}

TEST_CASE("intents of grants that are gone or dead are dropped") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    here.leave_recorded_refresh(before);
    SECTION("gone") {
        REQUIRE(here.run(disconnect(here.context, ann, {acme, "u1"})).has_value());
    }
    SECTION("dead") {
        CHECK(here.look([&](sql_session& session) -> result<bool> {
            return mark_grant_dead(session, before.id, before.generation, "ended", here.time.now());
        }));
    }
    SECTION("renewed since") {
        refreshed_grant values;
        values.key_id = "k";
        CHECK(here.look([&](sql_session& session) -> result<bool> {
            return commit_refresh(session, before.id, before.generation, values, here.time.now())
                .has_value();
        }));
    }
    recover(here);
    CHECK(here.intents(before.id).empty());
}

TEST_CASE("during a burst of deaths nobody is told to reconnect, however often it is tried") {
    flow_case here;
    std::vector<connection_id> ids;
    for (int i = 1; i <= 8; ++i) {
        ids.push_back(here.connect(ann, "u" + std::to_string(i)));
    }
    here.scene.reset();
    for (int round = 0; round < 5; ++round) {
        for (std::size_t i = 0; i < ids.size(); ++i) {
            const auto failed = here.fly(here.grant(ids[i]), refresh_reason::needed);
            // The first ones are believed: nobody could know yet.
            CHECK(
                failed.error().code ==
                (i < 4 ? errc::reconnect_required : errc::provider_misconfigured)
            );
        }
        here.time.advance(hours(1));
    }
    int connected = 0;
    for (const auto& one : here.list(ann)) {
        connected += one.status == connection_status::connected ? 1 : 0;
    }
    CHECK(connected == 4);
}

TEST_CASE("what a burst put into doubt is believed after three days, or once the client works") {
    flow_case here;
    std::vector<connection_id> ids;
    for (int i = 1; i <= 6; ++i) {
        ids.push_back(here.connect(ann, "u" + std::to_string(i)));
    }
    here.scene.reset();
    for (const auto& id : ids) {
        CHECK(here.fly(here.grant(id), refresh_reason::needed).has_error());
    }
    const auto doubted = [&] { return here.grant(ids.back()); };
    const auto again = [&] { return here.fly(doubted(), refresh_reason::needed).error().code; };
    const auto since = here.time.now();
    REQUIRE(doubted().refused_since == since);
    here.time.advance(hours(71));
    CHECK(again() == errc::provider_misconfigured);
    CHECK(doubted().refused_since == since);

    SECTION("three days are over") {
        here.time.advance(hours(1));
        CHECK(again() == errc::reconnect_required);
        CHECK(doubted().state == grant_state::dead);
    }
    SECTION("the same client was given tokens for a code") {
        here.connect(ann, "u9");
        CHECK(again() == errc::reconnect_required);
    }
    SECTION("and reconnecting the account forgets it") {
        here.connect(ann, "u6");
        CHECK_FALSE(doubted().refused_since);
        CHECK(doubted().state == grant_state::live);
    }
}

TEST_CASE("what was renewed between the look and the lease is not renewed again") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto seen = here.grant(id);
    REQUIRE(here.fly(seen, refresh_reason::ahead).has_value());
    refresh_order late{seen.org, seen.id, seen.provider, refresh_reason::ahead};
    late.due = seen.next_refresh_at;
    const auto answer = here.run(here.refresh->refresh(late));
    REQUIRE(answer.has_value());
    CHECK((*answer)->generation == seen.generation + 1);
    CHECK(here.scene.count().refreshes == 1);
}

TEST_CASE("an answer that holds no tokens is not asked for again while the token lives") {
    const auto [kind, status] = GENERATE(
        std::pair(sim::fault_kind::html_200, 200U),
        std::pair(sim::fault_kind::truncated_json, 200U), std::pair(sim::fault_kind::status, 500U)
    );
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    auto struck = fault_at("/token", kind, status);
    struck.served = true;
    here.scene.inject(struck);
    CHECK(here.fly(before, refresh_reason::ahead).has_error());
    CHECK(here.grant(id).next_refresh_at == before.expires_at);
    CHECK(here.fly(here.grant(id), refresh_reason::asked).has_error());
    CHECK(here.scene.count().refresh_reuses == 0);
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
}

TEST_CASE("a provider that says that it is not available is asked again soon") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.scene.inject(fault_at("/token", sim::fault_kind::status, 503));
    CHECK(here.fly(here.grant(id), refresh_reason::ahead).has_error());
    CHECK(here.grant(id).next_refresh_at <= here.time.now() + seconds(5));
}

TEST_CASE("a token that lives is served without asking whether its provider can be had") {
    flow_case here;
    here.connect(ann, "u1");
    here.configure({"demo-secret"}, "http://127.0.0.1:4001");
    here.cache.forget_all();
    here.http.seen.clear();
    CHECK(here.read(ann, "u1", seconds(60)).has_value());
    CHECK(here.http.seen.empty());
    CHECK(here.read(ann, "u1", seconds(86'400)).has_value());
    CHECK_FALSE(here.http.seen.empty());
}

TEST_CASE("a read of a token that has ended waits for its issuer, and for the refresh") {
    flow_case here;
    here.connect(ann, "u1");
    here.configure({});
    here.configure({"demo-secret"});  // as after a start: nothing is discovered
    here.cache.forget_all();
    here.time.advance(hours(2));
    CHECK(here.read(ann, "u1", seconds(60)).has_value());
    CHECK(here.scene.count().refreshes == 1);
}

TEST_CASE("tokens that live for a moment are not refreshed all the time, but when they are read") {
    flow_case here(json{{"rotation", true}, {"access_lifetime_s", 2}});
    const auto id = here.connect(ann, "u1");
    REQUIRE(here.fly(here.grant(id), refresh_reason::ahead).has_value());
    CHECK(here.grant(id).next_refresh_at == here.time.now() + seconds(30));
    here.time.advance(seconds(3));
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
    CHECK(here.scene.count().refreshes == 2);
}

TEST_CASE("a token that had ended when it came is a failure, and its refresh token is kept") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.time.advance(hours(1));
    const auto before = std::make_shared<const grant_row>(here.grant(id));
    const auto now = here.time.now();
    const auto intent = here.leave_intent(*before);
    granted tokens;
    tokens.access_token = secret("ended");
    tokens.refresh_token = secret("the next one");
    tokens.expires_at = now - seconds(1);
    auto provider = here.providers.find("acme").value();
    refresh_settlement settle{here.context, provider, before, intent};
    CHECK(here.run(settle_success(settle, tokens, now)).has_value());
    const auto after = here.grant(id);
    CHECK(after.generation == before->generation + 1);
    CHECK(
        here.open(after, sealed_column::grant_refresh_token, *after.refresh_token) == "the next one"
    );
    CHECK(after.failures == 1);
    CHECK(after.next_refresh_at > now);
    here.http.seen.clear();
    CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::provider_error);
    CHECK(here.http.seen.empty());
}

TEST_CASE("who asks again soon after a failure is told the same") {
    flow_case here;
    here.connect(ann, "u1");
    here.time.advance(hours(1));
    SECTION("a client that is refused") {
        here.configure({"wrong"});
        CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::provider_misconfigured);
        CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::provider_misconfigured);
    }
    SECTION("a limit") {
        here.scene.inject(fault_at("/token", sim::fault_kind::status, 429));
        CHECK(here.read(ann, "u1", seconds(0)).error().code == errc::rate_limited);
        const auto again = here.read(ann, "u1", seconds(0));
        CHECK(again.error().code == errc::rate_limited);
        CHECK(again.error().retry_after);
    }
}

}  // namespace tenon::test
