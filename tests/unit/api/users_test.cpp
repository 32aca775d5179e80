// What is held of one user: told, and erased.
#include "fixture.hpp"
#include "store/audit.hpp"
#include "store/connections.hpp"
#include "store/consents.hpp"
#include "store/credential_reads.hpp"
#include "store/erasures.hpp"
#include "store/owed_revocations.hpp"
#include "store/pending_connects.hpp"
#include "support/catch.hpp"
#include "support/row_scan.hpp"

#include <set>

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

namespace {

const std::string ann = "ann/4711@customers.example";
const std::string path = "/api/users/ann%2F4711%40customers.example/data";

auto of_both(key_scope one, key_scope other) -> key_scopes {
    auto both = only(one);
    both.add(other);
    return both;
}

template <class Fn>
void write(api_fixture& api, Fn fn) {
    auto done = api.store->with_org_now(
        default_org(), access::write,
        [&](sql_session& session) -> result<void> {
            fn(session);
            return {};
        }
    );
    REQUIRE(done.has_value());
}

void put_consent(sql_session& session, const std::string& connection, const std::string& subject) {
    consent_row row;
    row.id = "consent-of-" + connection;
    row.subject = subject;
    row.provider = provider_id("slack");
    row.account = account_id("T1");
    row.connection = connection_id(connection);
    row.scope = "read";
    row.action = "connection.connected";
    record_consent(session, row, time_point(milliseconds(1)));
}

// A connection, its consent, a line of the log, and a flow that waits.
void put_all_of(sql_session& session, const std::string& user, const std::string& connection) {
    connection_row row;
    row.id = connection_id(connection);
    row.user = user_id(user);
    row.provider = provider_id("slack");
    row.account = account_id("T-" + connection);
    row.profile = R"({"accountId":"T1","email":"ann@x.example"})";
    row.connect_params = R"({"team":"T1"})";
    (void)upsert_connection(session, row);
    give_pseudonym(session, row.user, "pseudonym-of-" + connection);
    const auto subject = find_pseudonym(session, row.user).value();
    put_consent(session, connection, subject);
    audit_row line;
    line.id = "line-" + connection;
    line.actor = "callback";
    line.action = "connection.connected";
    line.subject = subject;
    line.outcome = "ok";
    append_audit(session, line);
    pending_connect_row pending;
    pending.state_hash = std::string(32, connection.back());
    pending.user = row.user;
    pending.provider = row.provider;
    pending.verifier = "sealed-verifier";
    pending.expires_at = time_point(milliseconds(connection.back()));
    save_pending_connect(session, pending);
    owed_revocation_row owed;
    owed.id = "owed-" + connection;
    owed.provider = row.provider;
    owed.slot = "bot";
    owed.connection = row.id;
    owed.subject = subject;
    owed.sealed = "sealed-tokens-of-it";
    owe_revocation(session, owed);
}

void put_reads(api_fixture& api, const std::string& connection) {
    auto done = api.store->as_service_now(access::write, [&](sql_session& session) -> result<void> {
        const std::vector<credential_reads_row> rows{
            {default_org(), api_key_id("k1"), connection_id(connection),
             time_point(milliseconds(60'000)), 3}};
        append_credential_reads(session, rows);
        add_up_credential_reads(session, time_point(milliseconds(120'000)), 10);
        return {};
    });
    REQUIRE(done.has_value());
}

}  // namespace

TEST_CASE("an export has all that is held of the user, and nothing of others") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    (void)api.make_key(only(key_scope::tokens_read), user_id(ann));
    (void)api.make_key(only(key_scope::tokens_read), user_id("bob"));
    write(api, [](sql_session& session) {
        put_all_of(session, ann, "c1");
        put_all_of(session, "bob", "c2");
    });
    put_reads(api, "c1");
    put_reads(api, "c2");
    const auto told = api.ask("GET", path, {.key = key});
    REQUIRE(told.http.status == 200);
    CHECK(told.http.no_store);
    CHECK(told.json.at("userId") == ann);
    CHECK(told.json.at("exportedAt") == "2026-09-21T14:13:20Z");
    CHECK(told.json.at("nextCursor").is_null());
    REQUIRE(told.json.at("connections").size() == 1);
    const auto& connection = told.json.at("connections")[0];
    CHECK(connection.at("connectionId") == "c1");
    CHECK(connection.at("profile").at("email") == "ann@x.example");
    CHECK(connection.at("connectParams").at("team") == "T1");
    REQUIRE(told.json.at("consents").size() == 1);
    CHECK(told.json.at("consents")[0].at("scope") == "read");
    CHECK(told.json.at("consents")[0].at("endedBy").is_null());
    REQUIRE(told.json.at("credentialReads").size() == 1);
    CHECK(told.json.at("credentialReads")[0].at("count") == 3);
    CHECK(told.json.at("credentialReads")[0].at("minute") == "1970-01-01T00:01:00Z");
    REQUIRE(told.json.at("apiKeys").size() == 1);
    CHECK(told.json.at("apiKeys")[0].at("userId") == ann);
    REQUIRE(told.json.at("auditEntries").size() == 1);
    CHECK(told.json.at("auditEntries")[0].at("id") == "line-c1");
    CHECK(told.json.at("pendingConnects").size() == 1);
    REQUIRE(told.json.at("owedRevocations").size() == 1);
    CHECK(told.json.at("owedRevocations")[0].at("connectionId") == "c1");
    CHECK(told.json.at("owedRevocations")[0].at("slot") == "bot");
    CHECK(told.http.body.find("sealed-tokens") == std::string::npos);
    CHECK(told.http.body.find("verifier") == std::string::npos);
    CHECK(told.http.body.find("bob") == std::string::npos);
    CHECK(told.http.body.find("T-c2") == std::string::npos);
}

TEST_CASE("of a user that nobody knows an export is empty") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto told = api.ask("GET", "/api/users/nobody/data", {.key = key});
    REQUIRE(told.http.status == 200);
    for (const auto& [name, list] : told.json.items()) {
        CHECK((!list.is_array() || list.empty()));
    }
    CHECK(columns_that_hold(api.store.db(), "nobody").empty());
}

TEST_CASE("an export goes on where the page before ended, through all of its lists") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    write(api, [](sql_session& session) {
        for (const auto* const id : {"c1", "c2", "c3"}) {
            put_all_of(session, ann, id);
        }
    });
    for (const auto* const id : {"c1", "c2", "c3"}) {
        put_reads(api, id);
    }
    const auto limit = GENERATE(1, 2, 5, 500);
    std::multiset<std::string> seen;
    std::string cursor;
    int pages = 0;
    do {
        const auto page = api.ask(
            "GET", path + "?limit=" + std::to_string(limit) + "&cursor=" + cursor, {.key = key}
        );
        REQUIRE(page.http.status == 200);
        std::size_t items = 0;
        for (const auto& [name, list] : page.json.items()) {
            for (const auto& item : list.is_array() ? list : json::array()) {
                seen.insert(name + item.dump());
                ++items;
            }
        }
        CHECK(items <= static_cast<std::size_t>(limit));
        const auto& next = page.json.at("nextCursor");
        cursor = next.is_null() ? "" : next.get<std::string>();
        REQUIRE(++pages < 50);
    } while (!cursor.empty());
    CHECK(seen.size() == 18);  // three of each of six lists
    CHECK(std::set<std::string>(seen.begin(), seen.end()).size() == 18);
}

TEST_CASE("a cursor that no export gave is refused") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const auto* const cursor :
         {"x", "connections", "nothing:1", "auditEntries:x", "credentialReads:x",
          "credentialReads:c1/x/k1", "pendingConnects:zz"}) {
        CAPTURE(cursor);
        const auto told = api.ask("GET", path + "?cursor=" + cursor, {.key = key});
        CHECK(told.error() == "INVALID_REQUEST");
    }
    CHECK(api.ask("GET", path + "?limit=501", {.key = key}).error() == "INVALID_REQUEST");
}

TEST_CASE("an export needs both scopes, an erasure both of its own, and a pin its own user") {
    api_fixture api;
    const auto status = [&](const std::string& method, const std::string& key) {
        return api.ask(method, path, {.key = key}).http.status;
    };
    for (const auto one : {key_scope::connections_read, key_scope::audit_read}) {
        CHECK(status("GET", api.make_key(scopes_without(one))) == 403);
    }
    for (const auto one : {key_scope::connections_write, key_scope::keys_manage}) {
        CHECK(status("DELETE", api.make_key(scopes_without(one))) == 403);
    }
    const auto reads = of_both(key_scope::connections_read, key_scope::audit_read);
    const auto erases = of_both(key_scope::connections_write, key_scope::keys_manage);
    CHECK(status("GET", api.make_key(reads)) == 200);
    CHECK(status("GET", api.make_key(reads, user_id("bob"))) == 403);
    CHECK(status("GET", api.make_key(reads, user_id(ann))) == 200);
    CHECK(status("DELETE", api.make_key(erases, user_id("bob"))) == 403);
    CHECK(status("DELETE", api.make_key(erases, user_id(ann))) == 200);
    const auto all = api.make_key(key_scopes::all());
    const auto other = api.ask("DELETE", path, {.key = all, .user = "bob"});
    CHECK(other.error() == "INVALID_REQUEST");
    CHECK(api.ask("DELETE", path, {.key = all, .user = ann}).http.status == 200);
}

TEST_CASE("an erasure answers with a receipt, and ends the keys of the user at once") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto pinned = api.make_key(only(key_scope::connections_read), user_id(ann));
    const auto works = [&] {
        return api.ask("GET", "/api/integrations/status", {.key = pinned}).http.status;
    };
    REQUIRE(works() == 200);
    write(api, [](sql_session& session) { put_all_of(session, ann, "c1"); });
    const auto erased = api.ask("DELETE", path, {.key = key});
    REQUIRE(erased.http.status == 200);
    CHECK(erased.json.at("success") == true);
    CHECK(erased.json.at("receiptId").is_string());
    CHECK(erased.json.at("connections") == 1);
    CHECK(erased.json.at("pendingConnects") == 1);
    CHECK(erased.json.at("apiKeys") == 1);
    CHECK(erased.json.at("consents") == 1);
    REQUIRE(erased.json.at("revocations").size() == 1);  // that was owed before
    CHECK(erased.json.at("revocations")[0].at("outcome") == "pending");
    CHECK(works() == 401);
    CHECK(columns_that_hold(api.store.db(), "customers.example").empty());

    const auto again = api.ask("DELETE", path, {.key = key});
    REQUIRE(again.http.status == 200);
    CHECK(again.json == erased.json);
}

TEST_CASE("the receipt is kept under an Idempotency-Key, and holds no name") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    write(api, [](sql_session& session) { put_all_of(session, ann, "c1"); });
    const asking once{.key = key, .idempotency_key = "erase-ann"};
    const auto first = api.ask("DELETE", path, once);
    const auto again = api.ask("DELETE", path, once);
    CHECK(again.header("Idempotency-Replayed") == "true");
    CHECK(again.json == first.json);
    CHECK(columns_that_hold(api.store.db(), "customers.example").empty());
}

TEST_CASE("an answer that was kept for a request of the user's is erased, and it is not done again"
) {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const asking making{
        .key = key,
        .user = ann,
        .body = R"({"name":"of ann","scopes":["tokens:read"]})",
        .idempotency_key = "key-for-ann"};
    const auto first = api.ask("POST", "/api/keys", making);
    REQUIRE(first.http.status == 201);
    REQUIRE(api.ask("POST", "/api/keys", making).json == first.json);
    REQUIRE(api.ask("DELETE", path, {.key = key}).http.status == 200);
    const auto again = api.ask("POST", "/api/keys", making);
    CHECK(again.http.status == 409);
    CHECK(again.json.dump().find("no longer kept") != std::string::npos);
    CHECK(columns_that_hold(api.store.db(), "customers.example").empty());
}
