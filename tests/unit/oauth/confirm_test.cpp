// What waits for its user's word.
#include "oauth/confirm.hpp"

#include "oauth/lapsing.hpp"
#include "store/audit.hpp"
#include "store/confirmations.hpp"
#include "verbs.hpp"

#include <algorithm>

namespace tenon::test {
namespace {

auto confirm(oauth_world& world, const actor& by, const std::string& code) {
    return world.run(confirm_connection(world.context, by, code));
}

auto lapse(oauth_world& world) -> std::size_t {
    return world.run(discard_lapsed(world.context, [] { return false; }));
}

// Until no host's clock lets anybody confirm what is parked now.
void wait_out(oauth_world& world) {
    world.time.advance(world.context.options.confirmation_lifetime + confirmation_margin);
}

// As one that was promoted on other hosts seals it.
void seal_under_another_key(oauth_world& world, const std::string& account) {
    transact(world, [&](sql_session& session) {
        const std::string key = "elsewhere";
        const auto length = static_cast<char>(key.size());
        return run(session, "UPDATE confirmations SET sealed = $1 WHERE account_id = $2",
                   blob{envelope_version + (length + key) + std::string(100, 'x')}, account)
            .affected();
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
    const auto code = world.park(ann, "u1");
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
    const auto code = world.park(ann, "u1");
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
    const auto id = world.connect(ann, "u1");
    const auto code = world.park(ann, "u1");
    const auto other = world.park(ann, "u2");
    const auto named = GENERATE_COPY(std::string("u1"), id.text());
    REQUIRE(world.run(disconnect(world.context, ann, {acme, named})).has_value());
    CHECK(confirm(world, ann, code).error().code == errc::invalid_state);
    CHECK(confirm(world, ann, other).has_value());
}

TEST_CASE("tokens that nobody confirmed in time are revoked, once, and it is on record") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto code = world.park(ann, "u1");
    world.time.advance(world.context.options.confirmation_lifetime - seconds(1));
    CHECK(lapse(world) == 0);
    world.time.advance(seconds(1));
    CHECK(confirm(world, ann, code).error().code == errc::invalid_state);
    world.time.advance(confirmation_margin - seconds(1));
    CHECK(lapse(world) == 0);  // another host's clock may be behind
    world.time.advance(seconds(1));
    CHECK(lapse(world) == 1);
    CHECK(world.scene.count().revokes == 2);  // the refresh token and the access token
    CHECK(count(world, "confirmations") == 0);
    REQUIRE(lines_of(world, "connection.discarded").size() == 1);
    CHECK(lines_of(world, "connection.discarded")[0].outcome == "INVALID_STATE");
    CHECK(
        lines_of(world, "connection.discarded")[0].detail ==
        R"({"revocations":[{"outcome":"revoked","slot":"main"}]})"
    );
    CHECK(lapse(world) == 0);
    CHECK(world.scene.count().revokes == 2);
}

TEST_CASE("tokens that nobody confirmed are kept at the provider where the account is connected") {
    oauth_world world(any_engine());
    add_organizations(world);
    world.park(user("ann"), "u1");
    world.connect(user("bob"), "u1");
    wait_out(world);
    CHECK(lapse(world) == 1);
    CHECK(world.scene.count().revokes == 0);
    CHECK(count(world, "confirmations") == 0);
    CHECK(
        lines_of(world, "connection.discarded").at(0).detail ==
        R"({"revocations":[{"outcome":"kept","slot":"main"}]})"
    );
}

TEST_CASE("what waited for confirmation when its account was disconnected is revoked as well") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    world.park(ann, "u1");
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    const auto before = world.scene.count().revokes;
    CHECK(lapse(world) == 1);
    CHECK(world.scene.count().revokes == before + 2);
}

TEST_CASE("what was parked and can't be opened any more does not stay for ever") {
    oauth_world world(any_engine());
    world.park(user("ann"), "u1");
    transact(world, [](sql_session& session) {
        session.execute_script("UPDATE confirmations SET sealed = code_hash");
        return 0;
    });
    wait_out(world);
    CHECK(lapse(world) == 1);
    CHECK(count(world, "confirmations") == 0);
    CHECK(lines_of(world, "connection.discarded").at(0).outcome == "INTERNAL");
}

TEST_CASE("what is sealed under a key that only other hosts have is left to them for a day") {
    oauth_world world(any_engine());
    for (std::size_t i = 0; i <= lapsed_batch; ++i) {
        const auto account = "u" + std::to_string(i + 1);
        world.park(user("ann"), account);
        seal_under_another_key(world, account);
    }
    world.time.advance(seconds(1));
    world.park(user("bob"), "u99");
    wait_out(world);
    CHECK(lapse(world) == 1);  // they are not in its way
    CHECK(world.scene.count().revokes == 2);
    CHECK(lapse(world) == 0);
    CHECK(count(world, "confirmations") == lapsed_batch + 1);

    world.time.advance(std::chrono::hours(24));
    CHECK(lapse(world) == lapsed_batch);
    CHECK(lapse(world) == 1);
    const auto lines = lines_of(world, "connection.discarded");
    REQUIRE(lines.size() == lapsed_batch + 2);
    CHECK(std::ranges::count(lines, "INTERNAL", &audit_row::outcome) == lapsed_batch + 1);
    CHECK(
        std::ranges::count(lines, R"({"revocations":[]})", &audit_row::detail) == lapsed_batch + 1
    );
    CHECK(world.scene.count().revokes == 2);
}

TEST_CASE("a disconnect does not shorten the day that is left to hosts with the key") {
    oauth_world world(any_engine());
    world.park(user("ann"), "u1");
    seal_under_another_key(world, "u1");
    REQUIRE(world.run(disconnect(world.context, user("ann"), {acme, "u1"})).has_value());
    CHECK(lapse(world) == 0);
    world.time.advance(std::chrono::hours(24));
    CHECK(lapse(world) == 1);
    CHECK(lines_of(world, "connection.discarded").at(0).outcome == "INTERNAL");
}

TEST_CASE("one host at a time revokes what nobody confirmed, and stops when it is to") {
    oauth_world world(any_engine());
    world.park(user("ann"), "u1");
    world.park(user("ann"), "u2");
    wait_out(world);
    int asked = 0;
    const std::function<bool()> after_one = [&] { return asked++ == 1; };
    CHECK(world.run(discard_lapsed(world.context, after_one)) == 1);
    CHECK(world.scene.count().revokes == 2);

    world.context.options.instance = "another";
    CHECK(lapse(world) == 0);
    CHECK(world.scene.count().revokes == 2);
    world.time.advance(std::chrono::minutes(3));  // the first one never came back
    CHECK(lapse(world) == 1);
    CHECK(world.scene.count().revokes == 4);
    CHECK(lines_of(world, "connection.discarded").size() == 2);
}

}  // namespace tenon::test
