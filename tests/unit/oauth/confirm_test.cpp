// What waits for its user's word.
#include "oauth/confirm.hpp"

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

}  // namespace tenon::test
