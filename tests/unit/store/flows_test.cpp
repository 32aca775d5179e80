// Pending connects, confirmations, intents.
#include "samples.hpp"

#include "store/confirmations.hpp"
#include "store/intents.hpp"
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

auto sample_intent(const std::string& id, std::int64_t updated) -> intent_row {
    intent_row row;
    row.id = id;
    row.provider = provider_id("slack");
    row.grant = grant_id("g1");
    row.generation = 3;
    row.sealed = "input";
    row.owner = "host-1";
    row.created_at = at(1'000);
    row.updated_at = at(updated);
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

TEST_CASE("an intent keeps its input and its replies in order, until it is done", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert_intent(session, sample_intent("i1", 1'000));
        add_intent_reply(session, "i1", {1, "second", at(1'200)});
        add_intent_reply(session, "i1", {0, "first", at(1'300)});
        add_intent_reply(session, "i1", {1, "second again", at(1'400)});
        const auto found = intents_of_grant(session, grant_id("g1"));
        REQUIRE(found.size() == 1);
        CHECK(found[0].sealed == "input");
        CHECK(found[0].kind == intent_kind::refresh);
        CHECK(found[0].generation == 3);
        CHECK(found[0].updated_at == at(1'400));
        const auto replies = replies_of_intent(session, "i1");
        REQUIRE(replies.size() == 2);
        CHECK(replies[0].sealed == "first");
        CHECK(replies[1].sealed == "second again");
        delete_intent(session, "i1");
        delete_intent(session, "i1");
        CHECK(intents_of_grant(session, grant_id("g1")).empty());
        CHECK(replies_of_intent(session, "i1").empty());
    });
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              add_intent_reply(session, "i1", {0, "too late", at(1'500)});
          }) == errc::conflict);
}

TEST_CASE("an exchange that is withdrawn is taken to be ended, and never to be stored", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_intent("i1", 1'000);
        row.kind = intent_kind::exchange;
        row.user = user_id("user-1");
        row.provider = provider_id("slack");
        row.owner = "host-1";
        insert_intent(session, row);
        withdraw_exchange_intents(session, row.user, provider_id("github"));
        CHECK_FALSE(find_intent(session, "i1")->withdrawn);
        CHECK(take_wanted_intent(session, "i1") == intent_end::taken);
        CHECK(take_wanted_intent(session, "i1") == intent_end::gone);
        insert_intent(session, row);
        withdraw_exchange_intents(session, row.user, row.provider);
        CHECK(find_intent(session, "i1")->withdrawn);
        CHECK(take_wanted_intent(session, "i1") == intent_end::withdrawn);
        CHECK_FALSE(take_wanted_intent_of(session, "i1", "host-1"));
        CHECK(take_intent(session, "i1"));
        CHECK_FALSE(find_intent(session, "i1"));
    });
}

TEST_CASE("an intent that its owner gives up for now is nobody's", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        auto row = sample_intent("i1", 1'000);
        row.owner = "host-1";
        insert_intent(session, row);
        release_intent(session, "i1", "host-2");
        CHECK(find_intent(session, "i1")->owner == "host-1");
        release_intent(session, "i1", "host-1");
        CHECK(find_intent(session, "i1")->owner.empty());
        CHECK(find_intent(session, "i1")->updated_at == row.updated_at);
    });
}

TEST_CASE("an intent that nobody touches is found, and adopted by one", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert_intent(session, sample_intent("i1", 1'000));
        insert_intent(session, sample_intent("i2", 5'000));
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        const auto orphans = intents_untouched_since(session, at(1'000), 10);
        REQUIRE(orphans.size() == 1);
        CHECK(orphans[0].id == "i1");
        CHECK(orphans[0].org == org_a);
        CHECK(adopt_intent(session, orphans[0], "host-2", at(6'000)));
        CHECK_FALSE(adopt_intent(session, orphans[0], "host-3", at(6'000)));
        CHECK(intents_untouched_since(session, at(9'000), 10).size() == 2);
        CHECK(intents_untouched_since(session, at(9'000), 1).size() == 1);
    });
    reading(store.db(), [](sql_session& session) {
        const auto adopted = intents_of_grant(session, grant_id("g1"));
        CHECK(std::ranges::count(adopted, "host-2", &intent_row::owner) == 1);
    });
}

}  // namespace tenon::test
