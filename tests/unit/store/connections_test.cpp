#include "store/connections.hpp"

#include "samples.hpp"

namespace tenon::test {

namespace {

auto ids(const std::vector<connection_row>& rows) -> std::vector<std::string> {
    std::vector<std::string> all;
    for (const auto& row : rows) {
        all.push_back(row.id.text());
    }
    return all;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a connection comes back with all that was written", "[store]") {
    test_database store(any_engine());
    auto row = sample_connection("c1");
    row.state = connection_state::expired;
    row.state_reason = "revoked";
    row.connect_params = R"({"shop":"x"})";
    row.profile = R"({"username":"u"})";
    row.profile_at = at(77);
    writing(store.db(), [&](sql_session& session) { (void)upsert_connection(session, row); });
    const auto found = reading(store.db(), [](sql_session& session) {
        return find_connection(session, connection_id("c1"));
    });
    REQUIRE(found);
    CHECK(found->org == org_a);
    CHECK(found->user == row.user);
    CHECK(found->provider == row.provider);
    CHECK(found->account == row.account);
    CHECK(found->state == connection_state::expired);
    CHECK(found->state_reason == "revoked");
    CHECK(found->scope == row.scope);
    CHECK(found->metadata == row.metadata);
    CHECK(found->connect_params == row.connect_params);
    CHECK(found->profile == row.profile);
    CHECK(found->profile_at == row.profile_at);
    CHECK(found->created_at == row.created_at);
}

TEST_CASE("connecting an account again keeps its id and its first time", "[store]") {
    test_database store(any_engine());
    auto first = sample_connection("c1");
    first.profile = "{}";
    first.profile_at = at(5);
    auto second = sample_connection("c2");
    second.scope = "more";
    second.created_at = second.updated_at = at(9'000);
    writing(store.db(), [&](sql_session& session) {
        (void)upsert_connection(session, first);
        const auto kept = upsert_connection(session, second);
        CHECK(kept.id == connection_id("c1"));
        CHECK(kept.created_at == at(1'000));
        CHECK(kept.updated_at == at(9'000));
        CHECK(kept.scope == "more");
        CHECK(kept.profile == "{}");
        CHECK_FALSE(find_connection(session, connection_id("c2")));
    });
}

TEST_CASE("a connection is found by account or by id, by its own user only", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1", "a|b/c:d"));
        (void)upsert_connection(session, sample_connection("c2", "user-2", "a|b/c:d"));
    });
    const provider_id slack("slack");
    reading(store.db(), [&](sql_session& session) {
        CHECK(find_connection(session, user_id("user-1"), slack, "a|b/c:d")->id.text() == "c1");
        CHECK(find_connection(session, user_id("user-2"), slack, "a|b/c:d")->id.text() == "c2");
        CHECK(find_connection(session, user_id("user-1"), slack, "c1")->id.text() == "c1");
        CHECK_FALSE(find_connection(session, user_id("user-1"), slack, "c2"));
        CHECK_FALSE(find_connection(session, user_id("user-3"), slack, "c1"));
        CHECK_FALSE(find_connection(session, user_id("user-1"), provider_id("google"), "c1"));
    });
    in_org(store.db(), org_b, access::read, [&](sql_session& session) {
        CHECK_FALSE(find_connection(session, user_id("user-1"), slack, "c1"));
        CHECK_FALSE(find_connection(session, connection_id("c1")));
        CHECK(list_connections(session, {}).empty());
    });
}

TEST_CASE("an account that is called like a connection's id is the account", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1", "x"));
        (void)upsert_connection(session, sample_connection("c2", "user-1", "c1"));
        const auto found = find_connection(session, user_id("user-1"), provider_id("slack"), "c1");
        CHECK(found->id.text() == "c2");
    });
}

TEST_CASE("connections are listed by user, provider and state, page by page", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1", "1"));
        (void)upsert_connection(session, sample_connection("c2", "user-1", "2"));
        (void)upsert_connection(session, sample_connection("c3", "user-2", "1", "google"));
        auto expired = sample_connection("c4", "user-1", "4", "google");
        expired.state = connection_state::expired;
        (void)upsert_connection(session, expired);
    });
    reading(store.db(), [](sql_session& session) {
        const auto list = [&](const connection_query& query) {
            return ids(list_connections(session, query));
        };
        CHECK(list({}) == names{"c1", "c2", "c3", "c4"});
        CHECK(list({.user = user_id("user-1")}) == names{"c1", "c2", "c4"});
        CHECK(list({.provider = provider_id("google")}) == names{"c3", "c4"});
        CHECK(list({.state = connection_state::expired}) == names{"c4"});
        CHECK(
            list(
                {.user = user_id("user-1"),
                 .provider = provider_id("google"),
                 .state = connection_state::expired}
            ) == names{"c4"}
        );
        CHECK(list({.user = user_id("user-2"), .state = connection_state::expired}).empty());
        CHECK(list({.limit = 2}) == names{"c1", "c2"});
        CHECK(list({.after = connection_id("c2"), .limit = 2}) == names{"c3", "c4"});
        CHECK(list({.after = connection_id("c4"), .limit = 2}).empty());
        CHECK(count_connections(session) == 4);
    });
}

TEST_CASE("a connection's parts are changed one by one", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1"));
        const connection_id id("c1");
        const connection_id none("none");
        CHECK(set_connection_state(session, id, connection_state::expired, "gone", at(2)));
        CHECK(set_connection_profile(session, id, R"({"a":1})", at(3)));
        CHECK_FALSE(set_connection_state(session, none, connection_state::expired, "", at(2)));
        CHECK_FALSE(set_connection_profile(session, none, "{}", at(3)));
        const auto row = find_connection(session, id);
        CHECK(row->state == connection_state::expired);
        CHECK(row->state_reason == "gone");
        CHECK(row->profile == R"({"a":1})");
        CHECK(row->profile_at == at(3));
    });
}

TEST_CASE("a connection that is leaving is deleted once, with its links", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1"));
        (void)*upsert_grant(session, sample_grant("g1"));
        link_grant(session, {connection_id("c1"), "", grant_id("g1"), 0});
        CHECK(count_rows(session, "connection_grants") == 1);
        CHECK_FALSE(delete_leaving_connection(session, connection_id("c1")));
        leave(session, "c1");
        CHECK(delete_leaving_connection(session, connection_id("c1")));
        CHECK_FALSE(delete_leaving_connection(session, connection_id("c1")));
        CHECK(count_rows(session, "connection_grants") == 0);
        CHECK(find_grant(session, grant_id("g1")).has_value());
    });
}

TEST_CASE("a connection lets go of a shared grant in all its slots", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const connection_id first("c1");
        const connection_id second("c2");
        const grant_id shared("g1");
        (void)upsert_connection(session, sample_connection("c1", "user-1"));
        (void)upsert_connection(session, sample_connection("c2", "user-2"));
        (void)*upsert_grant(session, sample_grant("g1"));
        link_grant(session, {first, "bot", shared, 0});
        link_grant(session, {first, "user", shared, 1});
        CHECK(lock_grant(session, shared));
        CHECK_FALSE(is_used_by_others(session, shared, first));
        link_grant(session, {second, "", shared, 0});
        CHECK(is_used_by_others(session, shared, first));
        unlink_grant(session, first, shared);
        CHECK(links_of_connection(session, first).empty());
        CHECK_FALSE(is_used_by_others(session, shared, second));
        CHECK_FALSE(lock_grant(session, grant_id("none")));
    });
}

TEST_CASE("those that are leaving are found by age, and stay expired", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const auto put = [&](const std::string& id, const std::string& user) {
            (void)upsert_connection(session, sample_connection(id, user));
            link_grant(session, {connection_id(id), "", grant_id("g1"), 0});
        };
        (void)*upsert_grant(session, sample_grant("g1"));
        put("c1", "user-1");
        put("c2", "user-2");
        put("c3", "user-3");
        leave(session, "c1", at(20));
        leave(session, "c2", at(10));
        CHECK(ids(leaving_connections(session, at(9), 10)).empty());
        CHECK(ids(leaving_connections(session, at(20), 10)) == names{"c2", "c1"});
        CHECK(ids(leaving_connections(session, at(20), 1)) == names{"c2"});
        auto elsewhere = sample_connection("c4", "user-1");
        elsewhere.provider = provider_id("elsewhere");
        (void)upsert_connection(session, elsewhere);
        leave(session, "c4", at(15));
        CHECK(ids(leaving_connections(session, at(20), 1)) == names{"c2", "c4"});
        CHECK(ids(leaving_connections(session, at(20), 2)) == names{"c2", "c4", "c1"});
        const auto connect = [&] {
            return set_state_of_connections_of_grant(
                session, grant_id("g1"), connection_state::connected, "", at(30)
            );
        };
        CHECK(connect().empty());
        set_connection_state(
            session, connection_id("c3"), connection_state::expired, "revoked", at(1)
        );
        CHECK(connect().size() == 1);
    });
}

TEST_CASE("all connections of a grant change state with it", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1"));
        (void)upsert_connection(session, sample_connection("c2", "user-2"));
        (void)upsert_connection(session, sample_connection("c3", "user-3", "another"));
        (void)*upsert_grant(session, sample_grant("g1"));
        link_grant(session, {connection_id("c1"), "", grant_id("g1"), 0});
        link_grant(session, {connection_id("c2"), "", grant_id("g1"), 0});
        const auto expire = [&] {
            return set_state_of_connections_of_grant(
                session, grant_id("g1"), connection_state::expired, "revoked", at(9)
            );
        };
        auto expired = expire();
        std::ranges::sort(expired, {}, &owned_connection::connection);
        REQUIRE(expired.size() == 2);
        CHECK(expired[0].user == user_id("user-1"));
        CHECK(expired[1].user == user_id("user-2"));
        CHECK(expire().empty());
        CHECK(find_connection(session, connection_id("c2"))->state_reason == "revoked");
        CHECK(find_connection(session, connection_id("c3"))->state == connection_state::connected);
    });
}

}  // namespace tenon::test
