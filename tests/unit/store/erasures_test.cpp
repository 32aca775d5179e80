#include "store/erasures.hpp"

#include "samples.hpp"
#include "store/api_keys.hpp"
#include "store/audit.hpp"
#include "store/confirmations.hpp"
#include "store/consents.hpp"
#include "store/credential_reads.hpp"
#include "store/intents.hpp"
#include "store/organizations.hpp"
#include "store/pending_connects.hpp"
#include "support/row_scan.hpp"

#include <future>

namespace tenon::test {

namespace {

auto put_key(sql_session& session, const std::string& id, const std::string& user) {
    api_key_row key;
    key.id = api_key_id(id);
    key.key_hash = "hash of " + id;
    if (!user.empty()) {
        key.user = user_id(user);
    }
    insert_api_key(session, key);
}

}  // namespace

TEST_CASE(
    "an erasure is under way until it is finished, and then a hash alone is left", "[store]"
) {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        CHECK_FALSE(find_erasure(session, erased_ann));
        CHECK(begin_erasure(session, erased_ann, "r1", at(10)) == "r1");
        CHECK(begin_erasure(session, erased_ann, "r2", at(11)) == "r1");
        REQUIRE(find_erasure(session, erased_ann));
        CHECK_FALSE(find_erasure(session, erased_ann)->finished_at);
        write_receipt(session, erased_ann, "done");
        CHECK(finish_erasure(session, erased_ann, at(12)));
        CHECK_FALSE(finish_erasure(session, erased_ann, at(13)));
        CHECK(find_erasure(session, erased_ann)->finished_at == at(12));
        CHECK(find_erasure(session, erased_ann)->receipt == "done");
    });
    CHECK(columns_that_hold(store.db(), "ann").empty());
    writing(store.db(), [](sql_session& session) {
        CHECK(begin_erasure(session, erased_ann, "r3", at(20)) == "r3");
        CHECK_FALSE(find_erasure(session, erased_ann)->finished_at);
        CHECK(find_erasure(session, erased_ann)->receipt.empty());
    });
}

TEST_CASE("who was erased a moment ago gets no pseudonym, who is being erased has one", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        CHECK(new_pseudonym(session, erased_ann, "p1") == "p1");
        CHECK(new_pseudonym(session, erased_ann, "p2") == "p1");
        (void)begin_erasure(session, erased_ann, "r1", at(10));
        CHECK(new_pseudonym(session, erased_ann, "p3") == "p1");
        CHECK(forget_subject(session, erased_ann.user));
        CHECK(finish_erasure(session, erased_ann, at(12)));
        CHECK_FALSE(new_pseudonym(session, erased_ann, "p4"));
        CHECK(count_rows(session, "subjects") == 0);
        give_pseudonym(session, erased_ann.user, "p5");  // who comes back
        CHECK(new_pseudonym(session, erased_ann, "p6") == "p5");
    });
}

TEST_CASE(
    "who stores something of a user's and who erases the user wait for each other", "[store]"
) {
    test_database store(any_engine());
    const auto erase = [&] {
        return store->with_org_now(
            org_a, access::write,
            [](sql_session& session) -> host::result<void> {
                hold_user(session, erased_ann.user);
                (void)begin_erasure(session, erased_ann, "r1", at(1));
                forget_subject(session, erased_ann.user);
                finish_erasure(session, erased_ann, at(2));
                return {};
            }
        );
    };
    std::future<host::result<void>> erased;
    writing(store.db(), [&](sql_session& session) {
        CHECK(new_pseudonym(session, erased_ann, "p1") == "p1");
        erased = std::async(std::launch::async, erase);
        // It can't be done before this transaction is; where it could, it would be soon.
        const auto done = erased.wait_for(std::chrono::milliseconds(200));
        CHECK(done == std::future_status::timeout);
    });
    REQUIRE(erased.get());
    CHECK(columns_that_hold(store.db(), "ann").empty());
}

TEST_CASE("what a process left of erasures is found, and old hashes go", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)begin_erasure(session, erased_ann, "r1", at(10));
        (void)begin_erasure(session, {user_id("bob"), std::string(32, 'b')}, "r2", at(20));
        (void)begin_erasure(session, {user_id("eve"), std::string(32, 'e')}, "r3", at(5));
        CHECK(finish_erasure(session, {user_id("eve"), std::string(32, 'e')}, at(6)));
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        const auto left = erasures_left(session, at(10), 10);
        REQUIRE(left.size() == 1);
        CHECK(left[0].org == org_a);
        CHECK(left[0].user == user_id("ann"));
        CHECK(left[0].id == "r1");
        CHECK(erasures_left(session, at(20), 10).size() == 2);
        CHECK(remove_old_erasures(session, at(6), 10) == 0);
    });
    intent_row exchange;
    exchange.id = "i1";
    exchange.kind = intent_kind::exchange;
    exchange.created_at = at(6) + erasure_margin;
    writing(store.db(), [&](sql_session& session) { insert_intent(session, exchange); });
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(remove_old_erasures(session, at(100), 10) == 0);  // what it left may come yet
    });
    writing(store.db(), [](sql_session& session) { CHECK(take_intent(session, "i1")); });
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(remove_old_erasures(session, at(100), 10) == 1);
        CHECK(erasures_left(session, at(20), 10).size() == 2);
    });
}

TEST_CASE("whatever is looked for by its user, or by an erasure's age, has an index", "[store]") {
    test_database store(any_engine());
    const auto* const name = GENERATE(
        "erasures_left", "erasures_finished", "pending_connects_of_user", "intents_of_user",
        "api_keys_of_user", "idempotency_of_user", "confirmations_of_user"
    );
    as_service(store.db(), access::read, [&](sql_session& session) {
        const auto* const look =
            session.engine() == sql_engine::sqlite
                ? "SELECT COUNT(*) FROM sqlite_master WHERE type = 'index' AND name = $1"
                : "SELECT COUNT(*) FROM pg_indexes WHERE CAST(indexname AS TEXT) = $1";
        CHECK(run(session, look, std::string(name))[0].integer(0) == 1);
    });
}

TEST_CASE("keys that act for the user only are removed", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert_organization(session, {org_a, "A", at(1)});
        put_key(session, "k1", "ann");
        put_key(session, "k2", "bob");
        put_key(session, "k3", "");
        CHECK(erase_api_keys(session, user_id("ann")) == std::vector{api_key_id("k1")});
        CHECK(list_api_keys(session).size() == 2);
    });
}

TEST_CASE("a user's flows are listed page by page, and removed", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (const auto* const state : {"1", "2", "3"}) {
            pending_connect_row row;
            row.state_hash = state;
            row.user = user_id(*state == '3' ? "bob" : "ann");
            row.provider = provider_id("slack");
            row.expires_at = at(100);
            save_pending_connect(session, row);
            intent_row intent;
            intent.id = state;
            intent.kind = intent_kind::exchange;
            intent.user = row.user;
            insert_intent(session, intent);
        }
        const user_id user("ann");
        REQUIRE(list_pending_connects(session, user, "", 1).size() == 1);
        CHECK(list_pending_connects(session, user, "1", 9).at(0).state_hash == "2");
        CHECK(list_exchange_intents(session, user, "", 9).size() == 2);
        CHECK(list_exchange_intents(session, user, "1", 9).at(0).id == "2");
        CHECK(erase_pending_connects(session, user) == 2);
        CHECK(list_pending_connects(session, user_id("bob"), "", 9).size() == 1);
        CHECK(list_exchange_intents(session, user_id("bob"), "", 9).size() == 1);
    });
}

TEST_CASE("what waits to be confirmed is withdrawn whether it has expired or not", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (const auto* const code : {"1", "2", "3"}) {
            confirmation_row row;
            row.code_hash = code;
            row.user = user_id(*code == '3' ? "bob" : "ann");
            row.connection = connection_id(code);
            row.sealed = "sealed";
            row.expires_at = at(*code == '1' ? 1 : 1'000'000);
            save_confirmation(session, row);
        }
        const auto gone = withdraw_confirmations(session, user_id("ann"));
        REQUIRE(gone.size() == 2);
        CHECK(gone[0].sealed == "sealed");
        CHECK(list_confirmations(session, {}, at(2)).size() == 1);
    });
}

TEST_CASE("reads of credentials are listed of all connections the user ever had", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        consent_row consent;
        for (const auto* const connection : {"c1", "c2"}) {
            consent.id = connection;
            consent.subject = "p1";
            consent.connection = connection_id(connection);
            record_consent(session, consent, at(1));
        }
    });
    as_service(store.db(), access::write, [](sql_session& session) {
        const auto row = [](const char* connection, std::int64_t minute) {
            return credential_reads_row{
                org_a, api_key_id("k1"), connection_id(connection), at(minute), 3};
        };
        const std::vector rows{
            row("c1", 60'000), row("c1", 120'000), row("c2", 60'000), row("c3", 60'000)};
        append_credential_reads(session, rows);
        CHECK(add_up_credential_reads(session, at(180'000), 10) == 2);
    });
    reading(store.db(), [](sql_session& session) {
        const auto first = list_credential_reads(session, "p1", std::nullopt, 2);
        REQUIRE(first.size() == 2);
        CHECK(first[0].count == 3);
        CHECK(first[1].minute == at(120'000));
        const auto rest = list_credential_reads(session, "p1", first[1], 2);
        REQUIRE(rest.size() == 1);
        CHECK(rest[0].connection == connection_id("c2"));
        CHECK(list_credential_reads(session, "p2", std::nullopt, 2).empty());
    });
}

TEST_CASE("of an erased user no reads are accounted for, whenever they are added up", "[store]") {
    test_database store(any_engine());
    const auto read = [](const char* connection) {
        return credential_reads_row{org_a, api_key_id("k1"), connection_id(connection), at(0), 3};
    };
    const std::vector reads{read("c1"), read("c2"), read("c3")};
    const auto account = [&](sql_session& session) {
        append_credential_reads(session, reads);
        CHECK(add_up_credential_reads(session, at(60'000), 10) == 1);
    };
    writing(store.db(), [](sql_session& session) {
        for (const auto* const connection : {"c1", "c2", "c3"}) {
            consent_row consent;
            consent.id = connection;
            consent.subject = *(connection + 1) == '3' ? "bobs" : "anns";
            consent.account = account_id("a1");
            consent.connection = connection_id(connection);
            record_consent(session, consent, at(1));
        }
        end_consent(session, connection_id("c2"), consent_end::disconnected, at(2));
    });
    as_service(store.db(), access::write, account);
    writing(store.db(), [](sql_session& session) {
        REQUIRE(count_rows(session, "credential_reads") == 3);
        (void)begin_erasure(session, erased_ann, "r1", at(3));
        erase_credential_reads(session, "anns");
        CHECK(erase_consents(session, "anns", at(3)) == 2);
        CHECK(count_rows(session, "credential_reads") == 1);
    });
    as_service(store.db(), access::write, account);
    reading(store.db(), [](sql_session& session) {
        CHECK(list_credential_reads(session, "anns", std::nullopt, 9).empty());
        const auto bobs = list_credential_reads(session, "bobs", std::nullopt, 9);
        REQUIRE(bobs.size() == 1);
        CHECK(bobs[0].count == 6);
    });
}

}  // namespace tenon::test
