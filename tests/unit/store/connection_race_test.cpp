// Two hosts that judge one connection at the same moment, each by another of its grants.
#include "samples.hpp"

#include <future>

namespace tenon::test {
namespace {

const connection_id raced("c1");

void put_grant(sql_session& session, const std::string& slot, grant_state state) {
    auto row = sample_grant(slot, "account-1", slot);
    row.state = state;
    (void)*upsert_grant(session, row);
    link_grant(session, {raced, slot, row.id, 0});
}

void revive(sql_session& session, const std::string& slot) {
    run(session, "UPDATE grants SET status = 'live' WHERE org_id = $1 AND id = $2", session.org(),
        slot);
    (void)set_state_of_connections_of_grant(
        session, grant_id(slot), connection_state::connected, "", at(5)
    );
}

void bury(sql_session& session, const std::string& slot) {
    CHECK(mark_grant_dead(session, grant_id(slot), 1, "ended", at(5)));
    (void)set_state_of_connections_of_grant(
        session, grant_id(slot), connection_state::expired, "ended", at(5)
    );
}

auto state_of_connection(database& db) -> connection_state {
    return reading(db, [](sql_session& session) { return find_connection(session, raced)->state; });
}

// One transaction while another one, of `other`, is open and has done `first`.
template <class First, class Second>
void at_once(database& db, database& other, First first, Second second) {
    std::future<void> done;
    writing(other, [&](sql_session& session) {
        first(session);
        done = std::async(std::launch::async, [&] { writing(db, second); });
        CHECK(done.wait_for(milliseconds(300)) == std::future_status::timeout);
    });
    done.get();
}

}  // namespace

TEST_CASE("a connection whose two grants come back at once is connected", "[store]") {
    test_database store(any_engine());
    const auto other = open_database(store.url()).value();
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1"));
        put_grant(session, "bot", grant_state::dead);
        put_grant(session, "user", grant_state::dead);
        set_connection_state(session, raced, connection_state::expired, "ended", at(2));
    });
    at_once(
        store.db(), *other, [](sql_session& session) { revive(session, "bot"); },
        [](sql_session& session) { revive(session, "user"); }
    );
    CHECK(state_of_connection(store.db()) == connection_state::connected);
}

TEST_CASE("a connection of whose grants one ends as the other comes back is expired", "[store]") {
    test_database store(any_engine());
    const auto other = open_database(store.url()).value();
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1"));
        put_grant(session, "bot", grant_state::live);
        put_grant(session, "user", grant_state::dead);
        set_connection_state(session, raced, connection_state::expired, "ended", at(2));
    });
    const auto ends = [](sql_session& session) { bury(session, "bot"); };
    const auto comes_back = [](sql_session& session) { revive(session, "user"); };
    SECTION("the one that ends first") {
        at_once(store.db(), *other, ends, comes_back);
    }
    SECTION("the one that comes back first") {
        at_once(store.db(), *other, comes_back, ends);
    }
    CHECK(state_of_connection(store.db()) == connection_state::expired);
}

}  // namespace tenon::test
