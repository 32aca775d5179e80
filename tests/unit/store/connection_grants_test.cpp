// Which grants a connection uses, and the token read.
#include "store/connection_grants.hpp"

#include "samples.hpp"

namespace tenon::test {

TEST_CASE("a token read finds connection and grant at once, the main slot by default", "[store]") {
    test_database store(any_engine());
    const user_id user("user-1");
    const provider_id slack("slack");
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1"));
        (void)upsert_connection(session, sample_connection("c2", "user-1", "bare"));
        put(session, sample_grant("bot", "account-1", "bot"));
        put(session, sample_grant("usr", "account-1", "user"));
        link_grant(session, {connection_id("c1"), "user", grant_id("usr"), 1});
        link_grant(session, {connection_id("c1"), "bot", grant_id("bot"), 0});
    });
    reading(store.db(), [&](sql_session& session) {
        const auto find = [&](const std::string& which, const std::string& slot) {
            return find_connected_grant(session, user, slack, which, slot);
        };
        CHECK(find("account-1", "")->grant->id.text() == "bot");
        CHECK(find("account-1", "user")->grant->id.text() == "usr");
        CHECK(find("c1", "user")->grant->slot == "user");
        CHECK(find("c1", "")->connection.text() == "c1");
        REQUIRE(find("c1", "admin"));
        CHECK_FALSE(find("c1", "admin")->grant);
        REQUIRE(find("bare", ""));
        CHECK_FALSE(find("bare", "")->grant);
        CHECK_FALSE(find("none", ""));
        CHECK_FALSE(find_connected_grant(session, user_id("user-2"), slack, "c1", ""));
        CHECK(find_grant_of(session, connection_id("c1"), "")->id.text() == "bot");
        CHECK(find_grant_of(session, connection_id("c1"), "user")->id.text() == "usr");
        CHECK_FALSE(find_grant_of(session, connection_id("c1"), "admin"));
        const auto all = grants_of_connection(session, connection_id("c1"));
        REQUIRE(all.size() == 2);
        CHECK(all[0].id.text() == "bot");
    });
    in_org(store.db(), org_b, access::read, [&](sql_session& session) {
        CHECK_FALSE(find_connected_grant(session, user, slack, "c1", ""));
    });
}

TEST_CASE("a slot that is unlinked leaves the connection's others", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const connection_id c1("c1");
        (void)upsert_connection(session, sample_connection("c1"));
        put(session, sample_grant("bot", "account-1", "bot"));
        put(session, sample_grant("usr", "account-1", "user"));
        link_grant(session, {c1, "bot", grant_id("bot"), 0});
        link_grant(session, {c1, "user", grant_id("usr"), 1});
        link_grant(session, {c1, "alias", grant_id("bot"), 2});
        unlink_slot(session, c1, "user");
        unlink_slot(session, c1, "none");
        const auto left = links_of_connection(session, c1);
        REQUIRE(left.size() == 2);
        CHECK(left[0].slot == "bot");
        CHECK(left[1].slot == "alias");
    });
}

TEST_CASE("listings know when each main token ends", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        std::vector<connection_id> all;
        for (int i = 0; i < 60; ++i) {
            const auto n = std::to_string(100 + i);
            all.emplace_back("c" + n);
            (void)upsert_connection(session, sample_connection("c" + n, "user-1", n));
            auto main = sample_grant("m" + n, n, "bot");
            main.expires_at = at(i);
            put(session, main);
            put(session, sample_grant("o" + n, n, "user"));
            link_grant(session, {all.back(), "bot", main.id, 0});
            link_grant(session, {all.back(), "user", grant_id("o" + n), 1});
        }
        const auto mine = lives_of_user(session, user_id("user-1"));
        REQUIRE(mine.size() == 120);  // the main one first
        CHECK(mine[14].connection == all[7]);
        CHECK(mine[14].expires_at == at(7));
        const auto named = lives_of(session, all);
        REQUIRE(named.size() == 120);
        CHECK(named[118].expires_at == at(59));
        CHECK(lives_of(session, {}).empty());
    });
}

}  // namespace tenon::test
