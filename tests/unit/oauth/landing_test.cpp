// What a connect leaves of what was there.
#include "oauth/landing.hpp"

#include "store/audit.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "store/intents.hpp"
#include "support/simulator/digest.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

auto landing_of(const actor& by, time_point at, const std::string& token) -> landing {
    landing what;
    what.by = by;
    what.provider = acme;
    what.client_id = "demo-client";
    what.account = account_id("u1");
    what.issued_at = at;
    what.action = "connection.connected";
    granted tokens;
    tokens.access_token = secret(token);
    tokens.expires_at = at + seconds(3'600);
    what.grants.push_back(std::move(tokens));
    return what;
}

auto with_refresh_token(landing what, const std::string& token) -> landing {
    what.grants.front().refresh_token = secret(token);
    what.grants.front().refresh_expires_at = what.issued_at + std::chrono::hours(24);
    return what;
}

auto put(oauth_world& world, landing what) -> connection_row {
    return world.run(land(world.context, std::move(what))).value();
}

auto token_of(oauth_world& world, const actor& by) -> std::string {
    return std::string(world.read(by, "u1", seconds(60)).value().access_token.reveal());
}

}  // namespace

TEST_CASE("a connect without a refresh token keeps the one that is there, with its end") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    const auto bob = user("bob");
    put(world, with_refresh_token(landing_of(ann, now, "a"), "r"));
    const auto before = grant_of(world, "u1");
    put(world, landing_of(bob, now + seconds(9), "b"));
    const auto after = grant_of(world, "u1");
    CHECK(after->refresh_token == before->refresh_token);
    CHECK(after->refresh_expires_at == before->refresh_expires_at);
    CHECK(after->next_refresh_at.has_value());
    CHECK(after->generation == before->generation + 1);
    CHECK(token_of(world, ann) == "b");
}

TEST_CASE("a token that comes without its end has its own, or the provider's usual one, or none") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    const auto landed = [&](const std::string& token) {
        auto what = with_refresh_token(landing_of(ann, now, token), "r");
        what.grants.front().expires_at.reset();
        put(world, what);
        return *grant_of(world, "u1");
    };
    const auto own_end = std::chrono::floor<seconds>(now) + seconds(600);
    const auto claims =
        R"({"exp":)" + std::to_string(own_end.time_since_epoch() / seconds(1)) + '}';
    const auto jwt = "e30." + sim::to_base64url(claims) + ".c2ln";
    CHECK(landed(jwt).expires_at == own_end);
    CHECK_FALSE(landed("opaque").expires_at);
    CHECK_FALSE(landed("opaque").refresh_not_before);

    world.reconfigure([](provider_settings& section) {
        section.config["refresh"] = {R"({"default_lifetime":"1800","not_before":"900"})", true};
    });
    const auto usual = landed("opaque");
    CHECK(usual.expires_at == now + seconds(1'800));
    CHECK(usual.refresh_not_before == now + seconds(900));
    CHECK(landed(jwt).expires_at == own_end);
    // A guess makes a refresh early, and no token dead that nothing renews.
    auto alone = landing_of(ann, now, "opaque");
    alone.account = account_id("u2");
    alone.grants.front().expires_at.reset();
    put(world, alone);
    CHECK_FALSE(grant_of(world, "u2")->expires_at);
}

TEST_CASE("a grant is refreshed no longer than its provider's absolute lifetime, which is told") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.reconfigure([](provider_settings& section) {
        section.config["refresh"] = {R"({"absolute_lifetime":"7200"})", true};
    });
    const auto stated = world.time.now() + seconds(7'200);
    put(world, with_refresh_token(landing_of(ann, world.time.now(), "a"), "r"));
    CHECK(grant_of(world, "u1")->refresh_expires_at == stated);

    world.connect(ann, "u2");
    const auto end = grant_of(world, "u2")->authorized_at + seconds(7'200);
    world.time.advance(seconds(3'000));
    REQUIRE(world.run(world.refresh->refresh_connection(ann, {acme, "u2"})).has_value());
    CHECK(grant_of(world, "u2")->refresh_expires_at == end);
    world.time.advance(seconds(4'199));
    REQUIRE(world.run(world.refresh->refresh_connection(ann, {acme, "u2"})).has_value());
    CHECK(grant_of(world, "u2")->refresh_expires_at == end);
    for (const auto& view : world.list(ann)) {
        CHECK(view.health.lapses_at <= end);
    }
    world.time.advance(seconds(3'601));
    const auto beyond = world.run(world.refresh->refresh_connection(ann, {acme, "u2"}));
    REQUIRE(beyond.has_error());
    CHECK(beyond.error().code == errc::reconnect_required);
}

TEST_CASE("a refresh token of another client, or of a dead grant, is not kept") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    put(world, with_refresh_token(landing_of(ann, now, "a"), "r"));
    auto other = landing_of(ann, now + seconds(1), "b");
    other.client_id = "another-client";
    put(world, other);
    CHECK_FALSE(grant_of(world, "u1")->refresh_token);
    put(world, with_refresh_token(landing_of(ann, now + seconds(2), "c"), "r"));
    transact(world, [&](sql_session& session) {
        const auto id = find_grant_id(session, acme, account_id("u1"), "main");
        return mark_grant_dead(session, *id, find_grant(session, *id)->generation, "revoked", now);
    });
    put(world, landing_of(ann, now + seconds(3), "d"));
    CHECK_FALSE(grant_of(world, "u1")->refresh_token);
}

TEST_CASE("a refresh token is not kept for another host than its own") {
    oauth_world world(any_engine());
    world.reconfigure([](provider_settings& section) {
        section.config["token_url"] = {"https://{shop}.shops.example/token", false};
        section.config["connect_params"] = {R"({"shop":"","hint":""})", true};
    });
    const auto at = [&](const std::string& params) {
        auto what = landing_of(user("ann"), world.time.now(), "a");
        what.connect_params = params;
        return what;
    };
    put(world, with_refresh_token(at(R"({"shop":"north","hint":"a"})"), "r"));
    put(world, at(R"({"shop":"north"})"));
    CHECK(grant_of(world, "u1")->refresh_token);
    put(world, at(R"({"shop":"evil"})"));
    CHECK_FALSE(grant_of(world, "u1")->refresh_token);
}

TEST_CASE("tokens that are given, not consented to, share no refresh token of others") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    const auto given = [&](const actor& by, const std::string& token) {
        auto what = landing_of(by, now + seconds(1), token);
        what.given = true;
        return what;
    };
    put(world, with_refresh_token(landing_of(ann, now, "a"), "r"));
    const auto before = grant_of(world, "u1");
    const auto refused = world.run(land(world.context, given(user("bob"), "b")));
    REQUIRE(refused.has_error());
    CHECK(refused.error().code == errc::conflict);
    CHECK(world.list(user("bob")).empty());
    CHECK(grant_of(world, "u1")->access_token == before->access_token);
    CHECK(token_of(world, ann) == "a");

    put(world, given(ann, "c"));  // her own
    CHECK(grant_of(world, "u1")->refresh_token == before->refresh_token);
    put(world, with_refresh_token(given(user("bob"), "d"), "s"));
    CHECK(grant_of(world, "u1")->refresh_token != before->refresh_token);
}

TEST_CASE("who shares a grant that was dead is connected again, and the log says so") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    put(world, with_refresh_token(landing_of(ann, now, "a"), "r"));
    const auto bobs = put(world, with_refresh_token(landing_of(user("bob"), now, "b"), "s")).id;
    transact(world, [&](sql_session& session) {
        const auto id = find_grant_id(session, acme, account_id("u1"), "main");
        (void
        )set_state_of_connections_of_grant(session, *id, connection_state::expired, "revoked", now);
        return mark_grant_dead(session, *id, find_grant(session, *id)->generation, "revoked", now);
    });
    put(world, landing_of(ann, now + seconds(1), "c"));
    CHECK(world.list(user("bob")).at(0).status == connection_status::connected);
    const auto told = transact(world, [](sql_session& session) {
        return list_audit(session, {.action = "connection.revived"});
    });
    REQUIRE(told.size() == 1);
    CHECK(told.at(0).connection == bobs);
}

TEST_CASE("an exchange is stored once, and not after its user has disconnected") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    auto what = landing_of(ann, world.time.now(), "a");
    what.intent = "exchange";
    intent_row intent;
    intent.id = what.intent;
    intent.kind = intent_kind::exchange;
    transact(world, [&](sql_session& session) {
        insert_intent(session, intent);
        return true;
    });
    const auto id = put(world, what).id;
    const auto generation = grant_of(world, "u1")->generation;
    // As after a commit whose answer was lost.
    CHECK(put(world, what).id == id);
    CHECK(grant_of(world, "u1")->generation == generation);
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    CHECK(world.run(land(world.context, what)).error().code == errc::invalid_state);
    CHECK(world.list(ann).empty());
}

TEST_CASE("what was authorized earlier does not land over what was authorized later") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    auto later = landing_of(ann, now + seconds(60), "new");
    later.scope = "more";
    const auto id = put(world, later).id;
    const auto generation = grant_of(world, "u1")->generation;
    const auto earlier = put(world, landing_of(ann, now, "old"));
    CHECK(earlier.id == id);
    CHECK(earlier.scope == "more");
    CHECK(token_of(world, ann) == "new");
    CHECK(grant_of(world, "u1")->generation == generation);
    // Of another user: he is connected, with the newest tokens.
    const auto bob = user("bob");
    put(world, landing_of(bob, now, "old"));
    CHECK(token_of(world, bob) == "new");
}

TEST_CASE("a refresh meanwhile does not make a consent an older one") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto consented = world.time.now() + seconds(60);
    world.time.advance(seconds(120));
    REQUIRE(world.run(world.refresh->refresh_connection(ann, {acme, "u1"})).has_value());
    put(world, landing_of(ann, consented, "wider"));
    CHECK(token_of(world, ann) == "wider");
}

TEST_CASE("a connection with a dead grant in another slot is not called connected") {
    oauth_world world(any_engine());
    const auto now = world.time.now();
    const auto ann = user("ann");
    const auto bob = user("bob");
    auto two = landing_of(ann, now, "bot");
    auto personal = two.grants.front();
    personal.slot = "user";
    personal.account_id = "u1-ann";
    two.grants.push_back(personal);
    const auto id = put(world, two).id;
    transact(world, [&](sql_session& session) {
        for (const auto& grant : grants_of_connection(session, id)) {
            (void)mark_grant_dead(session, grant.id, grant.generation, "revoked", now);
            set_state_of_connections_of_grant(
                session, grant.id, connection_state::expired, "revoked", now
            );
        }
        return 0;
    });
    put(world, landing_of(bob, now + seconds(9), "bot-2"));
    REQUIRE(world.list(ann).size() == 1);
    CHECK(world.list(ann).front().status == connection_status::expired);
    two.issued_at = now + seconds(20);
    put(world, two);
    CHECK(world.list(ann).front().status == connection_status::connected);
}

}  // namespace tenon::test
