// Who disconnects, or is refused, at the moment in which something else is stored.
#include "base/pause.hpp"
#include "crypto/hash.hpp"
#include "oauth/discarding.hpp"
#include "oauth/erased.hpp"
#include "oauth/leaving.hpp"
#include "oauth/sealing.hpp"
#include "store/confirmations.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "verbs.hpp"

#include <future>

namespace tenon::test {
namespace {

auto disconnect_all(oauth_world& world, const actor& by) {
    return world.run(disconnect(world.context, by, {acme, ""}));
}

// As a landing stores it, in the same order.
void store_connection(sql_session& session, oauth_world& world, const actor& by) {
    REQUIRE(refuse_erased(session, world.context, by, world.time.now()).has_value());
    connection_row row;
    row.id = connection_id("late");
    row.user = by.user;
    row.provider = acme;
    row.account = account_id("u2");
    row.created_at = row.updated_at = world.time.now();
    (void)upsert_connection(session, row);
}

}  // namespace

TEST_CASE("what is stored while its user disconnects everything is disconnected too") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    world.connect(ann, "u1");
    const auto other = open_database(world.store.url()).value();  // another host's
    std::future<result<std::vector<revocation>>> gone;
    const auto store = [&](sql_session& session) -> result<void> {
        store_connection(session, world, ann);
        gone = std::async(std::launch::async, [&] { return disconnect_all(world, ann); });
        CHECK(gone.wait_for(milliseconds(300)) == std::future_status::timeout);
        return {};
    };
    REQUIRE(other->with_org_now(ann.org, access::write, store).has_value());
    CHECK(gone.get().has_value());
    CHECK(world.list(ann).empty());
}

TEST_CASE("what is confirmed while its user disconnects everything is disconnected too") {
    oauth_world world(any_engine());
    const auto ann = user("ann");
    const auto code = world.park(ann, "u1");
    const auto other = open_database(world.store.url()).value();
    std::future<result<std::vector<revocation>>> gone;
    const auto confirm = [&](sql_session& session) -> result<void> {
        hold_user(session, ann.user);
        REQUIRE(take_confirmation(session, ann.user, sha256(code), world.time.now()));
        store_connection(session, world, ann);
        gone = std::async(std::launch::async, [&] { return disconnect_all(world, ann); });
        CHECK(gone.wait_for(milliseconds(300)) == std::future_status::timeout);
        return {};
    };
    REQUIRE(other->with_org_now(ann.org, access::write, confirm).has_value());
    CHECK(gone.get().has_value());
    CHECK(world.list(ann).empty());
}

// A reader of SQLite sees one moment, on PostgreSQL each statement sees its own.
TEST_CASE("tokens of an account that another user confirms at this moment are not revoked") {
    oauth_world world(sql_engine::postgresql);
    const auto bob = user("bob");
    const auto code = world.park(bob, "u1");
    add_organizations(world);
    const auto what = granted_landing(user("ann"), "u1");
    const auto other = open_database(world.store.url()).value();
    std::future<result<std::vector<revocation>>> discarded;
    const auto confirm = [&](sql_session& session) -> result<void> {
        session.execute_script("LOCK TABLE confirmations IN ACCESS EXCLUSIVE MODE");
        discarded = std::async(std::launch::async, [&] {
            return world.run(discard(world.context, what, errc::invalid_state));
        });
        CHECK(discarded.wait_for(milliseconds(300)) == std::future_status::timeout);
        REQUIRE(take_confirmation(session, bob.user, sha256(code), world.time.now()));
        grant_row row;
        row.id = grant_id("g1");
        row.provider = acme;
        row.account = account_id("u1");
        row.slot = "main";
        row.generation = 1;
        REQUIRE(upsert_grant(session, row).has_value());
        store_connection(session, world, bob);
        link_grant(session, {connection_id("late"), "main", row.id, 0});
        return {};
    };
    REQUIRE(other->with_org_now(bob.org, access::write, confirm).has_value());
    const auto outcomes = discarded.get().value();
    REQUIRE(outcomes.size() == 1);
    CHECK(outcomes[0].outcome == "kept");
    CHECK(world.scene.count().revokes == 0);
}

TEST_CASE("tokens that come while the same account's newer ones are revoked are kept for themselves"
) {
    oauth_world world(any_engine());
    const auto bob = user("bob");
    const auto bobs = world.connect(bob, "u1");
    auto what = granted_landing(user("ann"), "u1");  // consented to before his
    transact(world, [&](sql_session& session) {
        auto row = find_connection(session, bob.user, acme, "u1").value();
        (void)begin_leaving(session, std::move(row), consent_end::disconnected, world.time.now());
        const auto until = world.time.now() + seconds(20);
        const auto id = find_grant_id(session, acme, account_id("u1"), "main").value();
        return take_grant_lease(session, id, "another/disconnect", until, world.time.now())
            .has_value();
    });
    int waits = 0;
    boost::asio::use_service<pause_service>(world.io).wait = [&](milliseconds
                                                             ) -> boost::asio::awaitable<void> {
        if (++waits == 2) {  // the other host is done
            transact(world, [&](sql_session& session) {
                const auto id = find_grant_id(session, acme, account_id("u1"), "main").value();
                return delete_leaving_connection(session, bobs) &&
                       erase_grant_if_unreferenced(session, id);
            });
        }
        co_return;
    };
    const auto landed = world.run(land(world.context, std::move(what)));
    REQUIRE(landed.has_value());
    CHECK(waits == 2);
    const auto kept = grant_of(world, "u1");
    REQUIRE(kept);
    const auto token = open_from(
        world.seal, kept->org, kept->id.text(), sealed_column::grant_access_token,
        kept->access_token
    );
    CHECK(token.value().reveal() == "token");
}

}  // namespace tenon::test
