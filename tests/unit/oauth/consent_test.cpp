// What is on record of each user's consent, from the connect to its end.
#include "oauth/confirm.hpp"
#include "oauth/import.hpp"
#include "store/audit.hpp"
#include "store/consents.hpp"
#include "verbs.hpp"

namespace tenon::test {
namespace {

auto consents_of(oauth_world& world, const actor& by) -> std::vector<consent_row> {
    return transact(world, [&](sql_session& session) {
        const auto subject = find_pseudonym(session, by.user);
        return subject ? list_consents(session, {.subject = *subject}) : std::vector<consent_row>();
    });
}

auto log_of(oauth_world& world, const actor& by, const std::string& action)
    -> std::vector<audit_row> {
    return transact(world, [&](sql_session& session) {
        return list_audit(
            session, {.subject = find_pseudonym(session, by.user).value(), .action = action}
        );
    });
}

// The provider forgets everything, and the tokens end.
void let_the_grant_die(oauth_world& world, const actor& by) {
    world.scene.reset();
    world.time.advance(std::chrono::hours(2));
    REQUIRE(world.read(by, "u1", seconds(60)).error().code == errc::reconnect_required);
}

// One consent stands for each connection that is connected, and none for any other.
void check_each_connected_one_stands(oauth_world& world) {
    const auto wrong = transact(world, [](sql_session& session) {
        return run(session,
                   "SELECT COUNT(*) FROM connections c WHERE (SELECT COUNT(*) FROM consents k "
                   "WHERE k.org_id = c.org_id AND k.connection_id = c.id AND k.ended_at IS NULL) "
                   "<> CASE WHEN c.status = 'connected' THEN 1 ELSE 0 END")[0]
            .integer(0);
    });
    CHECK(wrong == 0);
}

}  // namespace

TEST_CASE("a connect records what was granted, when, at which account, through what") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto began = world.time.now();
    const auto id = world.connect(ann, "u1", {"openid", "profile"});
    const auto all = consents_of(world, ann);
    REQUIRE(all.size() == 1);
    CHECK(all[0].provider == acme);
    CHECK(all[0].account == account_id("u1"));
    CHECK(all[0].connection == id);
    CHECK(all[0].scope == "openid profile");
    CHECK(all[0].action == "connection.connected");
    CHECK(all[0].actor == "callback");
    CHECK(all[0].given_at == began);
    CHECK(all[0].ended_by.empty());
    check_each_connected_one_stands(world);
}

TEST_CASE("a later connect of the account renews the consent; a disconnect ends it") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1", {"openid"});
    world.time.advance(seconds(60));
    world.connect(ann, "u1", {"openid", "profile"});
    world.time.advance(seconds(60));
    REQUIRE(world.run(disconnect(world.context, ann, {acme, "u1"})).has_value());
    const auto all = consents_of(world, ann);
    REQUIRE(all.size() == 2);
    CHECK(all[0].ended_by == "renewed");
    CHECK(all[0].ended_at == all[1].given_at);
    CHECK(all[1].scope == "openid profile");
    CHECK(all[1].ended_by == "disconnected");
    CHECK(all[1].ended_at == world.time.now());
    check_each_connected_one_stands(world);
}

TEST_CASE("an import is recorded as one") {
    oauth_world world(any_engine());
    import_item item;
    item.user = user_id("ann");
    item.account = account_id("u9");
    item.access_token = secret("imported-token");
    item.scope = "read";
    const auto by = actor{org_id("org"), {}, "key:k1", "request-7"};
    REQUIRE(world.run(import_connection(world.context, by, acme, item, import_validation::none))
                .has_value());
    const auto all = consents_of(world, user("ann"));
    REQUIRE(all.size() == 1);
    CHECK(all[0].action == "connection.imported");
    CHECK(all[0].actor == "key:k1");
    CHECK(all[0].request_id == "request-7");
}

TEST_CASE("a grant that the provider ended ends the consent of each who shares it, in their logs") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto bob = user("bob");
    const auto anns = world.connect(ann, "u1");
    const auto given_at = consents_of(world, ann).at(0).given_at;
    world.connect(bob, "u1");
    let_the_grant_die(world, ann);
    for (const auto& one : {ann, bob}) {
        const auto all = consents_of(world, one);
        REQUIRE(all.size() == 1);
        CHECK(all[0].ended_by == "revoked");
        CHECK(log_of(world, one, "connection.expired").size() == 1);
    }
    CHECK(log_of(world, ann, "connection.expired").at(0).connection == anns);
    CHECK(world.observer.expired == 2);
    check_each_connected_one_stands(world);

    SECTION("and who lives by another's connect again has that on record") {
        world.forget_the_past();
        world.connect(bob, "u1");
        const auto all = consents_of(world, ann);
        REQUIRE(all.size() == 1);  // the one that was given, as it was given
        CHECK(all[0].action == "connection.connected");
        CHECK(all[0].given_at == given_at);
        CHECK(all[0].ended_by.empty());
        CHECK_FALSE(all[0].ended_at);
        CHECK(log_of(world, ann, "connection.revived").size() == 1);
        CHECK(log_of(world, bob, "connection.revived").empty());
        check_each_connected_one_stands(world);
    }
}

TEST_CASE("a token that ended, and that nothing renews, ends the consent as lapsed") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1", {"openid", "profile"});  // no offline_access
    world.time.advance(std::chrono::hours(2));
    const auto asked = world.run(world.refresh->refresh_connection(ann, {acme, "u1"}));
    REQUIRE(asked.error().code == errc::reconnect_required);
    CHECK(consents_of(world, ann).at(0).ended_by == "lapsed");
    check_each_connected_one_stands(world);
}

}  // namespace tenon::test
