// Pending connects and confirmations.
#include "samples.hpp"

#include "store/confirmations.hpp"
#include "store/pending_connects.hpp"

namespace tenon::test {

namespace {

auto sample_pending(char hash) -> pending_connect_row {
    pending_connect_row row;
    row.state_hash = std::string(32, hash);
    row.user = user_id("user-1");
    row.provider = provider_id("slack");
    row.client_id = "client";
    row.redirect_url = "http://127.0.0.1:3000/done";
    row.redirect_uri = "https://tenon.example/callback";
    row.requested_scope = "read";
    row.verifier = "sealed verifier";
    row.issuer = "https://id.example";
    row.reconnect = account_id("account-1");
    row.confirm = true;
    row.browser_hash = std::string(32, 'b');
    row.created_at = at(1'000);
    row.expires_at = at(2'000);
    return row;
}

auto take(database& db, char hash, std::int64_t now) -> std::optional<pending_connect_row> {
    return as_service(db, access::write, [&](sql_session& session) {
        return take_pending_connect(session, std::string(32, hash), at(now));
    });
}

auto sample_confirmation(char hash) -> confirmation_row {
    confirmation_row row;
    row.code_hash = std::string(32, hash);
    row.user = user_id("user-1");
    row.provider = provider_id("slack");
    row.account = account_id("account-1");
    row.scope = "read";
    row.connection = connection_id("c1");
    row.sealed = "parked";
    row.created_at = at(1'000);
    row.expires_at = at(2'000);
    return row;
}

}  // namespace

TEST_CASE("a pending connect comes back whole, once", "[store]") {
    test_database store(any_engine());
    const auto row = sample_pending('s');
    writing(store.db(), [&](sql_session& session) { save_pending_connect(session, row); });
    const auto taken = take(store.db(), 's', 1'999);
    REQUIRE(taken);
    CHECK(taken->state_hash == row.state_hash);
    CHECK(taken->org == org_a);
    CHECK(taken->user == row.user);
    CHECK(taken->client_id == "client");
    CHECK(taken->redirect_url == row.redirect_url);
    CHECK(taken->redirect_uri == row.redirect_uri);
    CHECK(taken->requested_scope == "read");
    CHECK(taken->verifier == row.verifier);
    CHECK_FALSE(taken->nonce);
    CHECK(taken->issuer == row.issuer);
    CHECK(taken->reconnect == row.reconnect);
    CHECK(taken->confirm);
    CHECK(taken->browser_hash == row.browser_hash);
    CHECK(taken->expires_at == row.expires_at);
    CHECK_FALSE(take(store.db(), 's', 1'999));
}

TEST_CASE("an expired pending connect is not answered, and gone", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        save_pending_connect(session, sample_pending('s'));
    });
    CHECK_FALSE(take(store.db(), 's', 2'000));
    CHECK_FALSE(take(store.db(), 's', 1'000));
}

TEST_CASE("expired pending connects are cleaned away in portions", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (char hash = 'a'; hash < 'f'; ++hash) {
            save_pending_connect(session, sample_pending(hash));
        }
        auto later = sample_pending('z');
        later.expires_at = at(9'000);
        save_pending_connect(session, later);
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(erase_expired_pending_connects(session, at(1'999), 10) == 0);
        CHECK(erase_expired_pending_connects(session, at(2'000), 3) == 3);
        CHECK(erase_expired_pending_connects(session, at(2'000), 10) == 2);
    });
    CHECK(take(store.db(), 'z', 2'000));
}

TEST_CASE(
    "only the user who began takes a confirmation, once; another's attempt changes nothing",
    "[store]"
) {
    test_database store(any_engine());
    const std::string hash(32, 'c');
    writing(store.db(), [](sql_session& session) {
        save_confirmation(session, sample_confirmation('c'));
    });
    const auto take_as = [&](const org_id& org, const char* user, std::int64_t now) {
        return in_org(store.db(), org, access::write, [&](sql_session& session) {
            return take_confirmation(session, user_id(user), hash, at(now));
        });
    };
    CHECK_FALSE(take_as(org_a, "user-2", 1'500));
    CHECK_FALSE(take_as(org_b, "user-1", 1'500));
    const auto taken = take_as(org_a, "user-1", 1'500);
    REQUIRE(taken);
    CHECK(taken->sealed == "parked");
    CHECK(taken->connection == connection_id("c1"));
    CHECK_FALSE(take_as(org_a, "user-1", 1'500));
}

TEST_CASE(
    "what waits for confirmation is listed without its secrets, until it expires", "[store]"
) {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        save_confirmation(session, sample_confirmation('c'));
        const auto waiting = list_confirmations(session, {.user = user_id("user-1")}, at(1'999));
        REQUIRE(waiting.size() == 1);
        CHECK(waiting[0].account == account_id("account-1"));
        CHECK(waiting[0].sealed.empty());
        CHECK(list_confirmations(session, {.user = user_id("user-2")}, at(1'999)).empty());
        CHECK(list_confirmations(session, {.user = user_id("user-1")}, at(2'000)).empty());
    });
}

TEST_CASE(
    "a confirmation that has expired stays, sealed as it was, until it is deleted", "[store]"
) {
    test_database store(any_engine());
    const std::string hash(32, 'c');
    writing(store.db(), [&](sql_session& session) {
        save_confirmation(session, sample_confirmation('c'));
        CHECK_FALSE(take_confirmation(session, user_id("user-1"), hash, at(2'000)));
    });
    as_service(store.db(), access::read, [&](sql_session& session) {
        const auto gone = at(2'000) + confirmation_margin;
        CHECK(expired_confirmations(session, gone - milliseconds(1), 10).empty());
        CHECK(expired_confirmations(session, gone, 0).empty());
        const auto found = expired_confirmations(session, gone, 10);
        REQUIRE(found.size() == 1);
        CHECK(found[0].code_hash == hash);
        CHECK(found[0].sealed == "parked");
        CHECK(expired_confirmations(session, gone, 10, found[0]).empty());
    });
    writing(store.db(), [&](sql_session& session) {
        CHECK(delete_confirmation(session, hash));
        CHECK_FALSE(delete_confirmation(session, hash));
    });
}

TEST_CASE("what expired is read on behind the last one read", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (const char hash : {'c', 'a', 'b'}) {
            save_confirmation(session, sample_confirmation(hash));
        }
    });
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto now = at(2'000) + confirmation_margin;
        const auto some = expired_confirmations(session, now, 2);
        REQUIRE(some.size() == 2);
        CHECK(some[1].code_hash == std::string(32, 'b'));
        const auto rest = expired_confirmations(session, now, 2, some[1]);
        REQUIRE(rest.size() == 1);
        CHECK(rest[0].code_hash == std::string(32, 'c'));
    });
}

TEST_CASE(
    "what waits for an account's confirmation can be made to expire, for every clock", "[store]"
) {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        save_confirmation(session, sample_confirmation('c'));
        const auto expire = [&](const char* user, std::int64_t now) {
            return expire_confirmations(
                session, user_id(user), sample_confirmation('c').provider, "account-1", at(now)
            );
        };
        const auto waiting = [&] { return list_confirmations(session, {}, at(1'500)).size(); };
        CHECK(expire("user-2", 1'500) == 0);
        CHECK(waiting() == 1);
        CHECK(expire("user-1", 2'000 + confirmation_margin.count()) == 0);  // expired long ago
        CHECK(waiting() == 1);
        CHECK(expire("user-1", 2'000) == 1);  // where a clock is behind, it may be taken yet
        CHECK(waiting() == 0);
        const std::string hash(32, 'c');
        CHECK_FALSE(take_confirmation(session, user_id("user-1"), hash, at(0)));
    });
}

}  // namespace tenon::test
