// What waits for its user's word.
#include "oauth/confirm.hpp"

#include "oauth/lapsing.hpp"
#include "store/audit.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

auto park_one(oauth_world& world, const actor& by, const std::string& account) -> std::string {
    connect_request request;
    request.by = by;
    request.provider = acme;
    request.redirect_url = "http://127.0.0.1:3000/done";
    request.confirm = true;
    const auto begun = world.run(begin_connect(world.context, std::move(request))).value();
    const auto location = world.finish(world.consent(begun, account)).value().location;
    const sim::parameters told(std::string_view(location).substr(location.find('?') + 1));
    REQUIRE(told.get("status") == "confirm");
    return told.get("confirmation");
}

auto confirm(oauth_world& world, const actor& by, const std::string& code) {
    return world.run(confirm_connection(world.context, by, code));
}

auto discarded(oauth_world& world) -> std::vector<audit_row> {
    return transact(world, [](sql_session& session) {
        return list_audit(session, {.action = "connection.discarded"});
    });
}

void rename_table(oauth_world& world, const std::string& from, const std::string& to) {
    transact(world, [&](sql_session& session) {
        session.execute_script("ALTER TABLE " + from + " RENAME TO " + to);
        return 0;
    });
}

}  // namespace

TEST_CASE("a confirmation whose connection can't be stored is not used up") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto code = park_one(world, ann, "u1");
    rename_table(world, "connection_grants", "elsewhere");
    CHECK(confirm(world, ann, code).has_error());
    rename_table(world, "elsewhere", "connection_grants");
    CHECK(confirm(world, ann, code).has_value());
    CHECK(confirm(world, ann, code).error().code == errc::invalid_state);
    CHECK(world.read(ann, "u1", seconds(60)).has_value());
}

TEST_CASE("a confirmation of before does not replace what was connected since") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto code = park_one(world, ann, "u1");
    world.time.advance(seconds(30));
    const auto id = world.connect(ann, "u1");
    const auto token = world.read(ann, "u1", seconds(60)).value();
    const auto confirmed = confirm(world, ann, code);
    REQUIRE(confirmed.has_value());
    CHECK(confirmed->id == id);
    const auto after = world.read(ann, "u1", seconds(60)).value();
    CHECK(after.access_token.reveal() == token.access_token.reveal());
}

TEST_CASE("who disconnects an account confirms nothing of before for it") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto code = park_one(world, ann, "u1");
    const auto other = park_one(world, ann, "u2");
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    CHECK(confirm(world, ann, code).error().code == errc::invalid_state);
    CHECK(confirm(world, ann, other).has_value());
}

TEST_CASE("tokens that nobody confirmed in time are revoked, once, and it is on record") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto code = park_one(world, ann, "u1");
    world.time.advance(world.context.options.confirmation_lifetime - seconds(1));
    CHECK(world.run(discard_lapsed(world.context)) == 0);
    world.time.advance(seconds(1));
    CHECK(confirm(world, ann, code).error().code == errc::invalid_state);
    CHECK(world.run(discard_lapsed(world.context)) == 1);
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token
    CHECK(count(world, "confirmations") == 0);
    REQUIRE(discarded(world).size() == 1);
    CHECK(discarded(world)[0].outcome == "INVALID_STATE");
    CHECK(discarded(world)[0].detail == R"({"revocations":[{"outcome":"revoked","slot":"main"}]})");
    CHECK(world.run(discard_lapsed(world.context)) == 0);
    CHECK(world.scene.count().revokes == 2);
}

TEST_CASE("tokens that nobody confirmed are kept at the provider where the account is connected") {
    oauth_world world(any_engine());
    transact(world, [](sql_session& session) {
        session.execute_script(
            "INSERT INTO organizations (id, name, created_at) VALUES ('org', '', 1)"
        );
        return 0;
    });
    park_one(world, user("ann"), "u1");
    world.connect(user("bob"), "u1");
    world.time.advance(world.context.options.confirmation_lifetime);
    CHECK(world.run(discard_lapsed(world.context)) == 1);
    CHECK(world.scene.count().revokes == 0);
    CHECK(count(world, "confirmations") == 0);
    CHECK(discarded(world).at(0).detail == R"({"revocations":[{"outcome":"kept","slot":"main"}]})");
}

TEST_CASE("what waited for confirmation when its account was disconnected is revoked as well") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    park_one(world, ann, "u1");
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    const auto before = world.scene.count().revokes;
    CHECK(world.run(discard_lapsed(world.context)) == 1);
    CHECK(world.scene.count().revokes == before + 2);
}

TEST_CASE("what was parked and can't be opened any more does not stay for ever") {
    oauth_world world(any_engine());
    park_one(world, user("ann"), "u1");
    transact(world, [](sql_session& session) {
        session.execute_script("UPDATE confirmations SET sealed = code_hash");
        return 0;
    });
    world.time.advance(world.context.options.confirmation_lifetime);
    CHECK(world.run(discard_lapsed(world.context)) == 1);
    CHECK(count(world, "confirmations") == 0);
}

}  // namespace tenon::test
