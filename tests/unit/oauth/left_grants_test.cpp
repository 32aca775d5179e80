// What becomes of tokens that nobody has any more: of slots that a new consent does not bring, and
// those that come for a grant that is gone.
#include "eventful_http.hpp"
#include "oauth/landing.hpp"
#include "oauth/leaving.hpp"
#include "oauth/owed_revoking.hpp"
#include "oauth/refresh.hpp"
#include "store/connection_grants.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

constexpr auto pending_user = R"({"revocations":[{"outcome":"pending","slot":"user"}]})";

// Of an app in a place: its own token, and that of the person who installed it.
auto landing_of(const actor& by, time_point at, const std::string& person) -> landing {
    auto what = granted_landing(by, "u1");
    what.issued_at = at;
    what.action = "connection.connected";
    if (!person.empty()) {
        auto personal = what.grants.front();
        personal.slot = "user";
        personal.account_id = person;
        what.grants.push_back(std::move(personal));
    }
    return what;
}

struct slot_world : oauth_world {
    slot_world() : oauth_world(any_engine()) {
        add_organizations(*this);
        put(landing_of(ann, time.now(), "u1-ann"));
    }

    auto put(landing what) -> connection_id {
        return run(land(context, std::move(what))).value().id;
    }
    // Every landing is of a later consent.
    auto later() -> time_point {
        time.advance(seconds(1));
        return time.now();
    }
    auto slots(const actor& by) -> std::vector<std::string> {
        return transact(*this, [&](sql_session& session) {
            std::vector<std::string> names;
            const auto row = find_connection(session, by.user, acme, "u1");
            for (const auto& link : links_of_connection(session, row->id)) {
                names.push_back(link.slot);
            }
            return names;
        });
    }
    auto revoked_late() -> std::string {
        CHECK(run(make_owed_revocations(context)) == 1);
        const auto lines = lines_of(*this, "revocation.ended");
        REQUIRE(lines.size() == 1);
        return lines[0].detail;
    }

    const actor ann = user("ann");
    const actor bob = user("bob");
};

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("tokens of a slot that a new consent does not bring are revoked") {
    slot_world world;
    const auto id = world.put(landing_of(world.ann, world.later(), ""));
    CHECK(world.slots(world.ann) == names{"main"});
    CHECK(count(world, "grants") == 1);
    CHECK(count(world, "owed_revocations") == 1);
    const auto told = lines_of(world, "connection.connected");
    REQUIRE(told.size() == 2);
    CHECK(told[0].detail == pending_user);
    const auto line = world.revoked_late();
    CHECK(line.find("\"slot\":\"user\"") != std::string::npos);
    CHECK(lines_of(world, "revocation.ended")[0].connection == id);
    CHECK(lines_of(world, "revocation.ended")[0].subject == told[0].subject);
    CHECK(count(world, "owed_revocations") == 0);
}

TEST_CASE("a slot that another person's tokens take does not leave the first one's behind") {
    slot_world world;
    world.put(landing_of(world.ann, world.later(), "u1-anna"));
    CHECK(world.slots(world.ann) == names{"main", "user"});
    CHECK(count(world, "grants") == 2);
    CHECK(count(world, "owed_revocations") == 1);
}

TEST_CASE("tokens of a slot that somebody else has as well stay") {
    slot_world world;
    world.put(landing_of(world.bob, world.later(), "u1-ann"));
    world.put(landing_of(world.ann, world.later(), ""));
    CHECK(world.slots(world.ann) == names{"main"});
    CHECK(world.slots(world.bob) == names{"main", "user"});
    CHECK(count(world, "grants") == 2);
    CHECK(count(world, "owed_revocations") == 0);
}

TEST_CASE("an import of one slot's tokens leaves the other slots, and their order") {
    slot_world world;
    auto main = landing_of(world.ann, world.later(), "");
    main.given = true;
    world.put(main);
    CHECK(world.slots(world.ann) == names{"main", "user"});
    auto person = landing_of(world.ann, world.later(), "u1-ann");
    person.given = true;
    person.grants.erase(person.grants.begin());
    world.put(person);
    CHECK(world.slots(world.ann) == names{"main", "user"});
    person.grants.front().slot = "admin";
    world.put(person);
    CHECK(world.slots(world.ann) == names{"main", "user", "admin"});
    CHECK(count(world, "owed_revocations") == 0);
}

TEST_CASE("an import that names no slot is the connection's main one, whatever that is called") {
    slot_world world;
    auto named = landing_of(world.bob, world.later(), "u1-bob");
    named.grants.front().slot = "bot";
    world.put(named);
    auto given = landing_of(world.bob, world.later(), "");
    given.given = true;
    given.grants.front().access_token = secret("imported");
    world.put(given);
    CHECK(world.slots(world.bob) == names{"bot", "user"});
    CHECK(world.read(world.bob, "u1", seconds(0)).value().access_token.reveal() == "imported");
}

TEST_CASE(
    "an import takes the place of what is dead, or is being disconnected, which alone is revoked"
) {
    slot_world world;
    auto given = landing_of(world.ann, world.later(), "");
    given.given = true;
    SECTION("of a dead one") {
        transact(world, [&](sql_session& session) {
            const auto row = find_connection(session, world.ann.user, acme, "u1");
            const auto grant = find_grant_of(session, row->id, "user").value();
            return mark_grant_dead(session, grant.id, grant.generation, "revoked", given.issued_at);
        });
        world.put(given);
        CHECK(world.slots(world.ann) == names{"main"});
        CHECK(count(world, "owed_revocations") == 0);
    }
    SECTION("of those of a connection that is being disconnected") {
        transact(world, [&](sql_session& session) {
            auto row = find_connection(session, world.ann.user, acme, "u1");
            const auto why = consent_end::disconnected;
            return begin_leaving(session, std::move(*row), why, given.issued_at).grants.size();
        });
        world.put(given);
        CHECK(world.slots(world.ann) == names{"main"});
        CHECK(count(world, "owed_revocations") == 1);
    }
    SECTION("of its own slot's: what it brings may be the same") {
        given.grants.front().slot = "user";
        world.put(given);
        CHECK(world.slots(world.ann) == names{"main", "user"});
        CHECK(count(world, "grants") == 2);
        CHECK(count(world, "owed_revocations") == 0);
    }
}

TEST_CASE("tokens that come when the connection is gone are revoked") {
    oauth_world world(any_engine());
    add_organizations(world);
    REQUIRE(world.scene.configure(nlohmann::json{{"rotation", true}}).empty());
    const auto id = world.connect(user("ann"), "u1");
    const auto before = grant_of(world, "u1").value();
    eventful_http wire{world.http};
    auto context = world.context_with({.http = &wire});
    refresher late(context);
    wire.meanwhile = [&] {  // a disconnect that waited for longer than the lease
        transact(world, [&](sql_session& session) {
            unlink_grant(session, id, before.id);
            CHECK(erase_grant_if_unreferenced(session, before.id));
            return 0;
        });
    };
    refresh_order order{before.org, before.id, before.provider, refresh_reason::asked};
    const auto told = world.run(late.refresh(std::move(order)));
    REQUIRE(told.has_error());
    CHECK(told.error().code == errc::not_found);
    REQUIRE(world.scene.count().refreshes == 1);
    CHECK(count(world, "owed_revocations") == 1);
    CHECK(count(world, "intents") == 0);
    CHECK(world.run(make_owed_revocations(context)) == 1);
    CHECK(world.scene.count().revokes == 2);  // the new refresh token and the new access token
}

}  // namespace tenon::test
