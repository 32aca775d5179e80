// Rows of older versions, as the repositories read them after migrating.
#include "samples.hpp"

#include "store/api_keys.hpp"
#include "store/audit.hpp"
#include "store/confirmations.hpp"
#include "store/consents.hpp"
#include "store/credential_reads.hpp"
#include "store/idempotency.hpp"
#include "store/intents.hpp"
#include "store/keyring_rows.hpp"
#include "store/migrations.hpp"
#include "store/organizations.hpp"
#include "store/pending_connects.hpp"

namespace tenon::test {

namespace {

const std::string some_hash(32, 'h');
const user_id ann("ann");
const system_clock wall;

// As the fifth version had them, which was the first with all of these tables.
void put_accounts(sql_session& session) {
    run(session, "INSERT INTO organizations (id, name, created_at) VALUES ('org-a', 'A', 1)");
    run(session,
        "INSERT INTO api_keys (id, org_id, name, key_hash, hint, scopes, user_id, is_bootstrap, "
        "created_at) VALUES ('k1', 'org-a', 'phone', $1, 'tk_1', 'tokens:read', 'ann', $2, 2)",
        blob{some_hash}, true);
    run(session,
        "INSERT INTO connections (id, org_id, user_id, provider, account_id, status, "
        "status_reason, scope, metadata, connect_params, profile, profile_at, created_at, "
        "updated_at) VALUES ('c1', 'org-a', 'ann', 'slack', 'T1', 'connected', '', 'read write', "
        "'{\"n\":12345678901234567890}', '{\"team\":\"x\"}', '{\"email\":\"a@b\"}', 3, 1, 2)");
    run(session,
        "INSERT INTO grants (id, org_id, provider, client_id, account_id, slot, status, "
        "access_token, refresh_token, key_id, token_type, scope, base_url, connect_params, "
        "authorized_at, issued_at, expires_at, next_refresh_at, failures, last_failure, "
        "failure_code, generation, lease_owner, created_at, updated_at) VALUES ('g1', 'org-a', "
        "'slack', 'client', 'T1', 'main', 'live', $1, $2, 'key-1', 'Bearer', 'read write', '', "
        "'{}', 1, 2, 900, 700, 0, '', '', 41, '', 1, 2)",
        blob{"sealed access"}, blob{"sealed refresh"});
    run(session,
        "INSERT INTO connection_grants (org_id, connection_id, slot, grant_id, position) "
        "VALUES ('org-a', 'c1', 'main', 'g1', 0)");
}

void put_flows(sql_session& session) {
    run(session,
        "INSERT INTO pending_connects (state_hash, org_id, user_id, provider, client_id, "
        "redirect_url, requested_scope, connect_params, verifier, issuer, confirm, created_at, "
        "expires_at) VALUES ($1, 'org-a', 'ann', 'slack', 'client', 'http://x/', 'read', '{}', "
        "$2, '', $3, 1, 99)",
        blob{some_hash}, blob{"sealed verifier"}, true);
    run(session,
        "INSERT INTO confirmations (code_hash, org_id, user_id, provider, account_id, scope, "
        "metadata, connection_id, sealed, created_at, expires_at) VALUES ($1, 'org-a', 'ann', "
        "'slack', 'T2', 'read', '{}', 'c2', $2, 1, 99)",
        blob{some_hash}, blob{"sealed landing"});
    run(session,
        "INSERT INTO intents (id, org_id, kind, provider, user_id, generation, sealed, owner, "
        "created_at, updated_at) VALUES ('i1', 'org-a', 'exchange', 'slack', 'ann', 0, $1, "
        "'host', 1, 2)",
        blob{"sealed input"});
    run(session,
        "INSERT INTO intent_replies (org_id, intent_id, position, sealed, received_at) "
        "VALUES ('org-a', 'i1', 0, $1, 2)",
        blob{"sealed reply"});
    run(session,
        "INSERT INTO idempotency (org_id, key_hash, request_hash, status, sealed, created_at, "
        "expires_at) VALUES ('org-a', $1, $1, 200, $2, 1, 99)",
        blob{some_hash}, blob{"sealed answer"});
}

void put_records(sql_session& session) {
    run(session, "INSERT INTO subjects (org_id, user_id, pseudonym) VALUES ('org-a', 'ann', 'p1')");
    run(session,
        "INSERT INTO audit_log (id, org_id, at, actor, action, subject, provider, connection_id, "
        "outcome, detail, request_id) VALUES ('a1', 'org-a', 1, 'callback', "
        "'connection.connected', 'p1', 'slack', 'c1', 'ok', '{}', 'r1')");
    run(session,
        "INSERT INTO credential_reads (org_id, api_key_id, connection_id, minute, count) "
        "VALUES ('org-a', 'k1', 'c1', 60000, 3)");
    run(session, "INSERT INTO keyring_checks (key_id, sealed, created_at) VALUES ('key-1', $1, 1)",
        blob{"sealed canary"});
    run(session,
        "INSERT INTO changes (org_id, kind, subject, at) VALUES ('org-a', 'grant', 'g1', 1)");
}

void check_accounts(sql_session& session) {
    const auto connection = find_connection(session, ann, provider_id("slack"), "T1");
    REQUIRE(connection);
    CHECK(connection->id == connection_id("c1"));
    CHECK(connection->state == connection_state::connected);
    CHECK(connection->scope == "read write");
    CHECK(connection->metadata == R"({"n":12345678901234567890})");
    CHECK(connection->connect_params == R"({"team":"x"})");
    CHECK(connection->profile == R"({"email":"a@b"})");
    CHECK(connection->profile_at == at(3));
    const auto grants = grants_of_connection(session, connection->id);
    REQUIRE(grants.size() == 1);
    const auto& grant = grants[0];
    CHECK(grant.id == grant_id("g1"));
    CHECK(grant.state == grant_state::live);
    CHECK(grant.access_token == "sealed access");
    CHECK(grant.refresh_token == "sealed refresh");
    CHECK_FALSE(grant.id_token);
    CHECK_FALSE(grant.credentials);
    CHECK_FALSE(grant.refused_since);
    CHECK(grant.key_id == "key-1");
    CHECK(grant.generation == 41);
    CHECK(grant.expires_at == at(900));
    CHECK(grant.next_refresh_at == at(700));
}

void check_flows(sql_session& session) {
    const auto pending = list_pending_connects(session, ann, "", 9);
    REQUIRE(pending.size() == 1);
    CHECK(pending[0].state_hash == some_hash);
    CHECK(pending[0].verifier == "sealed verifier");
    CHECK(pending[0].confirm);
    CHECK(pending[0].redirect_uri.empty());
    const auto parked = list_confirmations(session, {.user = ann}, at(1));
    REQUIRE(parked.size() == 1);
    CHECK(parked[0].connection == connection_id("c2"));
    const auto intents = list_exchange_intents(session, ann, "", 9);
    REQUIRE(intents.size() == 1);
    CHECK(intents[0].sealed == "sealed input");
    const auto replies = replies_of_intent(session, "i1");
    REQUIRE(replies.size() == 1);
    CHECK(replies[0].sealed == "sealed reply");
    const auto kept = begin_idempotent(session, some_hash, some_hash, at(2), at(99));
    REQUIRE(std::holds_alternative<idempotent_finished>(kept));
    CHECK(std::get<idempotent_finished>(kept).sealed == "sealed answer");
}

void check_records(sql_session& session) {
    CHECK(find_pseudonym(session, ann) == "p1");
    const auto lines = list_audit(session, {.subject = "p1"});
    REQUIRE(lines.size() == 1);
    CHECK(lines[0].id == "a1");
    CHECK(lines[0].connection == connection_id("c1"));
    const auto consents = list_consents(session, {.subject = "p1"});
    REQUIRE(consents.size() == 1);
    CHECK(consents[0].connection == connection_id("c1"));
    CHECK(consents[0].account == account_id("T1"));
    CHECK(consents[0].given_at == at(1));
    CHECK_FALSE(consents[0].ended_at);
    const auto reads = list_credential_reads(session, "p1", std::nullopt, 9);
    REQUIRE(reads.size() == 1);
    CHECK(reads[0].count == 3);
}

void check_services(sql_session& session) {
    const auto organization = find_organization(session, org_a);
    REQUIRE(organization);
    CHECK(organization->name == "A");
    const auto key = find_api_key_by_hash(session, some_hash);
    REQUIRE(key);
    CHECK(key->user == ann);
    CHECK(key->is_bootstrap);
    CHECK(key->scopes == "tokens:read");
    const auto canaries = list_keyring_checks(session);
    REQUIRE(canaries.size() == 1);
    CHECK(canaries[0].sealed == "sealed canary");
}

void check_all(database& db) {
    writing(db, [](sql_session& session) {
        check_accounts(session);
        check_flows(session);
        check_records(session);
    });
    as_service(db, access::read, check_services);
}

}  // namespace

TEST_CASE(
    "what an older version stored is there after migrating, and after going back", "[store]"
) {
    test_database store(any_engine(), {}, test_database::schema::empty);
    const auto all = built_in_migrations();
    const auto version = GENERATE(std::size_t{5}, std::size_t{8}, std::size_t{13});
    CAPTURE(version);
    REQUIRE(migrate_up(store.db(), wall, all.first(version)));
    as_service(store.db(), access::write, [](sql_session& session) {
        put_accounts(session);
        put_flows(session);
        put_records(session);
    });
    REQUIRE(migrate_up(store.db(), wall));
    check_all(store.db());
    REQUIRE(migrate_down(store.db(), static_cast<std::int64_t>(version)));
    REQUIRE(migrate_up(store.db(), wall));
    check_all(store.db());
    // Whose data an answer of back then holds nobody knows: it goes with whoever is erased.
    writing(store.db(), [](sql_session& session) {
        (void)erase_answers(session, user_id("bob"));
        const auto gone = begin_idempotent(session, some_hash, some_hash, at(2), at(99));
        CHECK(std::holds_alternative<idempotent_erased>(gone));
    });
}

}  // namespace tenon::test
