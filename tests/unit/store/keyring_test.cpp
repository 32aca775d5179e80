// Canaries, and walking over every sealed value.
#include "store/keyring_rows.hpp"

#include "samples.hpp"
#include "store/confirmations.hpp"
#include "store/idempotency.hpp"
#include "store/intents.hpp"
#include "store/owed_revocations.hpp"
#include "store/pending_connects.hpp"

#include <set>

namespace tenon::test {

namespace {

auto sealed_with(const std::string& key_id, const std::string& what) -> std::string {
    return std::string("\x01") + static_cast<char>(key_id.size()) + key_id + what;
}

// One value in every column, sealed with `key_id`.
void fill(sql_session& session, const std::string& key_id) {
    const auto sealed = [&](const char* what) { return sealed_with(key_id, what); };
    auto grant = sample_grant("g1");
    grant.access_token = sealed("access");
    grant.refresh_token = sealed("refresh");
    grant.id_token = sealed("id");
    grant.credentials = sealed("credentials");
    (void)*upsert_grant(session, grant);
    pending_connect_row pending;
    pending.state_hash = std::string(32, '\xAB');
    pending.verifier = sealed("verifier");
    pending.nonce = sealed("nonce");
    pending.expires_at = at(1);
    save_pending_connect(session, pending);
    confirmation_row confirmation;
    confirmation.code_hash = std::string(32, 'c');
    confirmation.sealed = sealed("parked");
    save_confirmation(session, confirmation);
    intent_row intent;
    intent.id = "i1";
    intent.sealed = sealed("input");
    insert_intent(session, intent);
    add_intent_reply(session, "i1", {4, sealed("reply"), at(1)});
    owed_revocation_row owed;
    owed.id = "r1";
    owed.sealed = sealed("owed");
    owe_revocation(session, owed);
    const std::string key(32, 'k');
    (void)begin_idempotent(session, key, key, at(1), at(2));
    finish_idempotent(session, key, {200, sealed("response"), {}, {}, at(2)});
}

auto all_not_of(sql_session& session, const std::string& key_id) -> std::vector<sealed_value> {
    std::vector<sealed_value> all;
    for (const auto column : all_sealed_columns()) {
        std::optional<sealed_value> after;
        for (;;) {
            auto some = sealed_values_not_of(session, column, key_id, after, 2);
            if (some.empty()) {
                break;
            }
            all.insert(all.end(), some.begin(), some.end());
            after = some.back();
        }
    }
    return all;
}

}  // namespace

TEST_CASE("a key id has one canary, the first", "[store]") {
    test_database store(any_engine());
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(save_keyring_check(session, {"k1", "canary", at(1)}));
        CHECK_FALSE(save_keyring_check(session, {"k1", "another", at(2)}));
        CHECK(save_keyring_check(session, {"k2", "second", at(3)}));
        const auto checks = list_keyring_checks(session);
        REQUIRE(checks.size() == 2);
        CHECK(checks[0].sealed == "canary");
    });
}

TEST_CASE("every sealed value is found, wherever it is", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { fill(session, "old"); });
    as_service(store.db(), access::read, [](sql_session& session) {
        std::set<std::string> values;
        for (const auto& value : all_not_of(session, "new")) {
            values.insert(value.sealed.substr(5));
            CHECK(value.org == org_a);
            switch (value.column) {
                case sealed_column::grant_access_token:
                case sealed_column::grant_refresh_token:
                case sealed_column::grant_id_token:
                case sealed_column::grant_credentials: CHECK(value.row == "g1"); break;
                case sealed_column::pending_verifier:
                case sealed_column::pending_nonce:
                    CHECK(
                        value.row ==
                        "abababababababababababababababababababababababababababababababab"
                    );
                    break;
                case sealed_column::intent_reply:
                    CHECK(value.row == "i1");
                    CHECK(value.position == 4);
                    break;
                default: break;
            }
        }
        CHECK(
            values ==
            std::set<std::string>{
                "access", "refresh", "id", "credentials", "verifier", "nonce", "parked", "input",
                "reply", "response", "owed"}
        );
        CHECK(all_not_of(session, "old").empty());
        CHECK(count_sealed_with(session, "old") == 11);
        CHECK(count_sealed_with(session, "ol") == 0);
        CHECK(count_sealed_with(session, "new") == 0);
        CHECK(count_sealed(session) == 11);
    });
}

TEST_CASE("a new column with sealed values must be among those that are walked", "[store]") {
    test_database store(sql_engine::postgresql);
    const auto columns = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session,
                   "SELECT COUNT(*) FROM information_schema.columns WHERE table_schema = 'public' "
                   "AND data_type = 'bytea' AND column_name NOT LIKE '%hash' "
                   "AND table_name <> 'keyring_checks'")[0]
            .integer(0);
    });
    CHECK(columns == static_cast<std::int64_t>(all_sealed_columns().size()));
}

TEST_CASE("values are sealed anew one by one, and only if they are still the same", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { fill(session, "old"); });
    as_service(store.db(), access::write, [](sql_session& session) {
        for (const auto& value : all_not_of(session, "new")) {
            const auto anew = sealed_with("new", value.sealed.substr(5));
            CHECK(replace_sealed(session, value, anew));
            CHECK_FALSE(replace_sealed(session, value, anew));
        }
        CHECK(all_not_of(session, "new").empty());
        CHECK(count_sealed_with(session, "new") == 11);
        CHECK(count_sealed_with(session, "old") == 0);
    });
    reading(store.db(), [](sql_session& session) {
        const auto grant = find_grant(session, grant_id("g1"));
        CHECK(grant->key_id == "new");
        CHECK(grant->access_token == sealed_with("new", "access"));
        CHECK(grant->generation == 1);
    });
}

TEST_CASE("the walk goes on where it was, over many rows, and leaves erased ones out", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (int i = 0; i < 7; ++i) {
            auto grant = sample_grant("g" + std::to_string(i), std::to_string(i));
            grant.access_token = sealed_with(i == 3 ? "new" : "old", "x");
            grant.refresh_token.reset();
            (void)*upsert_grant(session, grant);
        }
        run(session, "UPDATE grants SET access_token = $1 WHERE id = 'g5'", blob{});
    });
    in_org(store.db(), org_b, access::write, [](sql_session& session) {
        auto grant = sample_grant("g0");
        grant.access_token = sealed_with("old", "x");
        grant.refresh_token.reset();
        (void)*upsert_grant(session, grant);
    });
    as_service(store.db(), access::read, [](sql_session& session) {
        CHECK(all_not_of(session, "new").size() == 6);
        CHECK(count_sealed(session) == 7);
    });
}

}  // namespace tenon::test
