#include "store/grants.hpp"

#include "samples.hpp"

namespace tenon::test {

namespace {

const grant_id g1("g1");

auto renewed(const std::string& token) -> refreshed_grant {
    refreshed_grant values;
    values.access_token = token;
    values.key_id = "k2";
    values.token_type = "Bearer";
    values.scope = "read more";
    values.issued_at = at(5'000);
    values.expires_at = at(9'000);
    values.next_refresh_at = at(8'000);
    return values;
}

}  // namespace

TEST_CASE("a grant comes back with all that was written", "[store]") {
    test_database store(any_engine());
    auto row = sample_grant("g1", "account-1", "bot");
    row.id_token = "sealed id token";
    row.credentials = "sealed credentials";
    row.base_url = "https://na1.example";
    row.connect_params = R"({"shop":"x"})";
    row.refresh_expires_at = at(7);
    row.refresh_not_before = at(6);
    writing(store.db(), [&](sql_session& session) { put(session, row); });
    const auto found =
        reading(store.db(), [](sql_session& session) { return find_grant(session, g1); });
    REQUIRE(found);
    CHECK(found->org == org_a);
    CHECK(found->provider == row.provider);
    CHECK(found->client_id == "client");
    CHECK(found->slot == "bot");
    CHECK(found->state == grant_state::live);
    CHECK(found->access_token == row.access_token);
    CHECK(found->refresh_token == row.refresh_token);
    CHECK(found->id_token == row.id_token);
    CHECK(found->credentials == row.credentials);
    CHECK(found->key_id == "k1");
    CHECK(found->token_type == "Bearer");
    CHECK(found->scope == "read");
    CHECK(found->base_url == row.base_url);
    CHECK(found->connect_params == row.connect_params);
    CHECK(found->issued_at == row.issued_at);
    CHECK(found->expires_at == row.expires_at);
    CHECK(found->refresh_expires_at == row.refresh_expires_at);
    CHECK(found->refresh_not_before == row.refresh_not_before);
    CHECK(found->next_refresh_at == row.next_refresh_at);
    CHECK(found->generation == 1);
    CHECK(found->lease_owner.empty());
}

TEST_CASE("new tokens of an account and slot replace the old ones under the same id", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_grant("g1");
        put(session, row);
        CHECK(find_grant_id(session, row.provider, row.account, "") == g1);
        CHECK_FALSE(find_grant_id(session, row.provider, row.account, "bot"));
        CHECK(take_grant_lease(session, g1, "host", at(99), at(1)));
        CHECK(record_grant_failure(session, g1, 1, {"timeout", "PROVIDER_TIMEOUT"}, at(3), at(2)));
        row.access_token = "new";
        row.refresh_token.reset();
        row.created_at = at(55);
        CHECK(*upsert_grant(session, row) == 2);
        const auto found = find_grant(session, g1);
        CHECK(found->access_token == "new");
        CHECK_FALSE(found->refresh_token);
        CHECK(found->created_at == at(1'000));
        CHECK(found->failures == 0);
        CHECK(found->last_failure.empty());
        CHECK(found->failure_code.empty());
        CHECK(found->lease_owner.empty());
    });
}

TEST_CASE("tokens sealed for another id are never stored in a row's place", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        put(session, sample_grant("g1"));
        auto other = sample_grant("g2");
        other.access_token = "sealed for g2";
        const auto outcome = upsert_grant(session, other);
        REQUIRE_FALSE(outcome);
        CHECK(outcome.error().code == errc::conflict);
        CHECK(find_grant(session, g1)->access_token == sample_grant("g1").access_token);
        CHECK(find_grant(session, g1)->generation == 1);
    });
}

TEST_CASE("a lease keeps others out until it ends or is let go", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        put(session, sample_grant("g1"));
        const auto taken = take_grant_lease(session, g1, "one", at(100), at(50));
        REQUIRE(taken);
        CHECK(taken->lease_owner == "one");
        CHECK(taken->lease_until == at(100));
        CHECK_FALSE(take_grant_lease(session, g1, "two", at(150), at(99)));
        CHECK(take_grant_lease(session, g1, "one", at(120), at(60)));
        CHECK_FALSE(take_grant_lease(session, g1, "two", at(150), at(119)));
        CHECK(take_grant_lease(session, g1, "two", at(150), at(120)));
        release_grant_lease(session, g1, "one", at(300));
        CHECK_FALSE(take_grant_lease(session, g1, "one", at(200), at(130)));
        release_grant_lease(session, g1, "two", at(400));  // and puts the refresh off
        const auto again = take_grant_lease(session, g1, "one", at(200), at(130));
        REQUIRE(again);
        CHECK(again->next_refresh_at == at(400));
        release_grant_lease(session, g1, "one");
        CHECK(find_grant(session, g1)->next_refresh_at == at(400));
        CHECK_FALSE(take_grant_lease(session, grant_id("none"), "one", at(200), at(130)));
    });
}

TEST_CASE("a refresh is committed onto the generation that it read, and onto no other", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_grant("g1");
        row.id_token = "id";
        put(session, row);
        CHECK(take_grant_lease(session, g1, "host", at(99'000), at(1)));
        CHECK_FALSE(commit_refresh(session, g1, 2, renewed("wrong"), at(5'000)));
        CHECK(find_grant(session, g1)->lease_owner == "host");
        CHECK(commit_refresh(session, g1, 1, renewed("right"), at(5'000)));
        CHECK_FALSE(commit_refresh(session, g1, 1, renewed("late"), at(5'001)));
        const auto found = find_grant(session, g1);
        CHECK(found->access_token == "right");
        CHECK(found->refresh_token == row.refresh_token);
        CHECK(found->id_token == "id");
        CHECK(found->key_id == "k2");
        CHECK(found->scope == "read more");
        CHECK(found->generation == 2);
        CHECK(found->expires_at == at(9'000));
        CHECK(found->next_refresh_at == at(8'000));
        CHECK(found->lease_owner.empty());
        auto rotated = renewed("third");
        rotated.refresh_token = "rotated";
        CHECK(commit_refresh(session, g1, 2, rotated, at(6'000)));
        CHECK(find_grant(session, g1)->refresh_token == "rotated");
    });
}

TEST_CASE("since when a grant is refused is kept until it has new tokens", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_grant("g1");
        put(session, row);
        const grant_failure refused{"refused", "PROVIDER_MISCONFIGURED", at(60)};
        const grant_failure later{"refused", "PROVIDER_MISCONFIGURED", at(70)};
        const grant_failure late{"timeout", "PROVIDER_TIMEOUT"};
        for (const auto& failure : {refused, later, late}) {
            CHECK(record_grant_failure(session, g1, 1, failure, at(90), at(80)));
            CHECK(find_grant(session, g1)->refused_since == at(60));
        }
        CHECK(commit_refresh(session, g1, 1, renewed("new"), at(100)));
        CHECK_FALSE(find_grant(session, g1)->refused_since);
        CHECK(record_grant_failure(session, g1, 2, later, at(120), at(110)));
        CHECK(find_grant(session, g1)->refused_since == at(70));
        put(session, row);
        CHECK_FALSE(find_grant(session, g1)->refused_since);
    });
}

TEST_CASE(
    "an account counts as granted while any organization has a live grant in use", "[store]"
) {
    test_database store(any_engine());
    const provider_id slack("slack");
    const auto granted = [&](const char* account) {
        auto look = [&](sql_session& session) -> result<bool> {
            return is_account_granted(session, slack, account_id(account));
        };
        return store.db().as_service_now(access::read, look).value();
    };
    writing(store.db(), [](sql_session& session) {
        session.execute_script(
            "INSERT INTO organizations (id, name, created_at) VALUES ('org-a', '', 1)"
        );
        put(session, sample_grant("g1", "account-1", "bot"));
        put(session, sample_grant("g2", "account-2"));
        (void)upsert_connection(session, sample_connection("c1"));
        (void)upsert_connection(session, sample_connection("c2", "user-2"));
        link_grant(session, {connection_id("c1"), "bot", g1, 0});
        link_grant(session, {connection_id("c2"), "bot", g1, 0});
    });
    CHECK(granted("account-1"));
    CHECK_FALSE(granted("account-2"));
    CHECK_FALSE(granted("account-3"));
    writing(store.db(), [](sql_session& session) { leave(session, "c1"); });
    CHECK(granted("account-1"));
    writing(store.db(), [](sql_session& session) { leave(session, "c2"); });
    CHECK_FALSE(granted("account-1"));
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c2", "user-2"));
    });
    CHECK(granted("account-1"));
    writing(store.db(), [](sql_session& session) {
        CHECK(mark_grant_dead(session, g1, 1, "ended", at(9)));
    });
    CHECK_FALSE(granted("account-1"));
}

TEST_CASE("a failure is recorded and counted, and never touches the tokens", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const auto row = sample_grant("g1");
        put(session, row);
        CHECK(take_grant_lease(session, g1, "host", at(99'000), at(1)));
        grant_failure late{"provider timeout", "PROVIDER_TIMEOUT"};
        late.owner = "another";
        CHECK_FALSE(record_grant_failure(session, g1, 7, {"stale", ""}, at(70), at(60)));
        CHECK(record_grant_failure(session, g1, 1, late, at(70), at(60)));
        CHECK(find_grant(session, g1)->lease_owner == "host");
        CHECK(find_grant(session, g1)->lease_until == at(99'000));
        late.owner = "host";
        CHECK(record_grant_failure(session, g1, 1, late, std::nullopt, at(61)));
        const auto found = find_grant(session, g1);
        CHECK(found->failures == 2);
        CHECK(found->last_failure == "provider timeout");
        CHECK(found->failure_code == "PROVIDER_TIMEOUT");
        CHECK_FALSE(found->next_refresh_at);
        CHECK(found->lease_owner.empty());
        CHECK_FALSE(found->lease_until);
        CHECK(found->generation == 1);
        CHECK(found->access_token == row.access_token);
        CHECK(set_next_refresh(session, g1, 1, at(80)));
        CHECK_FALSE(set_next_refresh(session, g1, 2, at(81)));
        CHECK(find_grant(session, g1)->next_refresh_at == at(80));
    });
}

TEST_CASE("a dead grant keeps its refresh token until it is erased", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const auto row = sample_grant("g1");
        put(session, row);
        CHECK_FALSE(mark_grant_dead(session, g1, 2, "stale", at(60)));
        CHECK(mark_grant_dead(session, g1, 1, "invalid_grant", at(60)));
        const auto found = find_grant(session, g1);
        CHECK(found->state == grant_state::dead);
        CHECK(found->refresh_token == row.refresh_token);
        CHECK_FALSE(found->next_refresh_at);
        CHECK_FALSE(take_grant_lease(session, g1, "host", at(99), at(1)));
    });
}

TEST_CASE("tokens for a grant that is dead are committed where that is expected", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        put(session, sample_grant("g1"));
        CHECK_FALSE(commit_refresh(session, g1, 1, renewed("a"), at(9), grant_state::dead));
        CHECK(mark_grant_dead(session, g1, 1, "invalid_grant", at(60)));
        CHECK_FALSE(commit_refresh(session, g1, 1, renewed("b"), at(70)));
        CHECK_FALSE(commit_refresh(session, g1, 2, renewed("c"), at(71), grant_state::dead));
        CHECK(commit_refresh(session, g1, 1, renewed("late"), at(72), grant_state::dead));
        const auto found = find_grant(session, g1);
        CHECK(found->state == grant_state::live);
        CHECK(found->access_token == "late");
        CHECK(found->generation == 2);
        CHECK(found->last_failure.empty());
    });
}

TEST_CASE("a grant goes with its last reference", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1"));
        (void)upsert_connection(session, sample_connection("c2", "user-2"));
        put(session, sample_grant("g1"));
        link_grant(session, {connection_id("c1"), "", g1, 0});
        link_grant(session, {connection_id("c2"), "", g1, 0});
        leave(session, "c1");
        delete_leaving_connection(session, connection_id("c1"));
        CHECK_FALSE(erase_grant_if_unreferenced(session, g1));
        leave(session, "c2");
        delete_leaving_connection(session, connection_id("c2"));
        CHECK(erase_grant_if_unreferenced(session, g1));
        CHECK_FALSE(find_grant(session, g1));
    });
}

}  // namespace tenon::test
