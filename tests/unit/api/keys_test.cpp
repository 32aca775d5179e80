#include "api/key_minting.hpp"
#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/row_scan.hpp"

#include <set>

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

TEST_CASE("a new key is shown once, serves at once, and is refused at once when revoked") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto made = api.ask(
        "POST", "/api/keys", {.key = key, .body = R"({"name":"ci","scopes":["connections:read"]})"}
    );
    REQUIRE(made.http.status == 201);
    CHECK(made.http.no_store);
    const auto secret_text = made.json.at("key").get<std::string>();
    CHECK(secret_text.starts_with("tenon_"));
    CHECK(secret_text.size() == 6 + 43);
    const asking as_new{.key = secret_text, .user = "u1"};
    CHECK(api.ask("GET", "/api/integrations/status", as_new).http.status == 200);

    const auto listed = api.ask("GET", "/api/keys", {.key = key});
    CHECK(listed.http.body.find(secret_text) == std::string::npos);
    CHECK(listed.http.body.find(secret_text.substr(0, 12)) != std::string::npos);

    const auto id = made.json.at("id").get<std::string>();
    CHECK(api.ask("DELETE", "/api/keys/" + id, {.key = key}).http.status == 200);
    CHECK(api.ask("GET", "/api/integrations/status", as_new).http.status == 401);
    CHECK(api.ask("DELETE", "/api/keys/" + id, {.key = key}).http.status == 200);
    CHECK(api.ask("DELETE", "/api/keys/nothing", {.key = key}).error() == "NOT_FOUND");
}

TEST_CASE("a key makes only keys with a part of its own scopes, for its own user") {
    api_fixture api;
    key_scopes few = only(key_scope::keys_manage);
    few.add(key_scope::tokens_read);
    const auto key = api.make_key(few, user_id("u1"));
    const auto make = [&](const std::string& body) {
        return api.ask("POST", "/api/keys", {.key = key, .body = body});
    };
    CHECK(make(R"({"name":"a","scopes":["admin"]})").error() == "INSUFFICIENT_SCOPE");
    CHECK(
        make(R"({"name":"a","scopes":["tokens:read","audit:read"]})").error() ==
        "INSUFFICIENT_SCOPE"
    );
    CHECK(
        make(R"({"name":"a","scopes":["tokens:read"],"userId":"u2"})").error() ==
        "INSUFFICIENT_SCOPE"
    );
    const auto made = make(R"({"name":"a","scopes":["tokens:read"]})");
    REQUIRE(made.http.status == 201);
    CHECK(made.json.at("userId") == "u1");
    CHECK(made.json.at("scopes") == json::array({"tokens:read"}));
}

TEST_CASE("a key that is pinned to a user sees and revokes that user's keys only") {
    api_fixture api;
    const auto all = api.make_key(key_scopes::all());
    const auto pinned = api.make_key(only(key_scope::keys_manage), user_id("u1"));
    const auto others = api.make_key(only(key_scope::tokens_read), user_id("u2"));
    const auto listed = [&](const std::string& key) {
        return api.ask("GET", "/api/keys", {.key = key}).json.at("keys");
    };
    REQUIRE(listed(all).size() == 3);
    REQUIRE(listed(pinned).size() == 1);
    CHECK(listed(pinned)[0].at("userId") == "u1");
    const auto revoke = [&](const json& one) {
        const auto path = "/api/keys/" + one.at("id").get<std::string>();
        return api.ask("DELETE", path, {.key = pinned}).http.status;
    };
    const auto own = listed(pinned)[0];
    for (const auto& one : listed(all)) {
        CHECK((one == own || revoke(one) == 404));
    }
    CHECK(revoke(own) == 200);
    CHECK(api.ask("GET", "/api/keys", {.key = all}).http.status == 200);
}

TEST_CASE("keys are listed page by page") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (int i = 0; i < 4; ++i) {
        (void)api.make_key(key_scopes::all());
    }
    std::set<std::string> seen;
    std::string cursor;
    for (const std::size_t expected : {2U, 2U, 1U}) {
        const auto page = api.ask("GET", "/api/keys?limit=2&cursor=" + cursor, {.key = key}).json;
        REQUIRE(page.at("keys").size() == expected);
        for (const auto& one : page.at("keys")) {
            seen.insert(one.at("id").get<std::string>());
        }
        cursor = page.at("nextCursor").is_null() ? "" : page.at("nextCursor").get<std::string>();
    }
    CHECK(cursor.empty());
    CHECK(seen.size() == 5);
    for (const auto* wrong : {"limit=0", "cursor=garbage", "cursor=0"}) {
        const auto refused = api.ask("GET", std::string("/api/keys?") + wrong, {.key = key});
        CHECK(refused.http.status == 400);
        CHECK(refused.error() == "INVALID_REQUEST");
    }
}

TEST_CASE("a key that nobody could use or name is refused with what is wrong") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto wrong = api.ask("POST", "/api/keys", {.key = key, .body = R"({"scopes":[]})"});
    CHECK(wrong.error() == "INVALID_REQUEST");
    CHECK(wrong.json.at("details").size() == 2);
    const auto unknown =
        api.ask("POST", "/api/keys", {.key = key, .body = R"({"name":"a","scopes":["root"]})"});
    CHECK(unknown.json.at("details")[0].at("field") == "scopes");
    for (const auto& name :
         {std::string(201, 'a'), std::string("a\nb"), std::string("a\x1b[2Jb")}) {
        const json body{{"name", name}, {"scopes", {"tokens:read"}}};
        const auto refused = api.ask("POST", "/api/keys", {.key = key, .body = body.dump()});
        CHECK(refused.http.status == 400);
        CHECK(refused.json.at("details")[0].at("field") == "name");
    }
}

TEST_CASE("an empty user makes no key that acts for every user, wherever it is named") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const std::string named = R"({"name":"a","scopes":["tokens:read"],"userId":""})";
    const std::string unnamed = R"({"name":"a","scopes":["tokens:read"],"userId":null})";
    const auto make = [&](const std::string& path, asking with) {
        with.key = key;
        return api.ask("POST", path, with);
    };
    for (const auto& one :
         {make("/api/keys", {.body = named}), make("/api/keys?userId=", {.body = unnamed})}) {
        INFO(one.http.body);
        CHECK(one.http.status == 400);
        CHECK(one.error() == "INVALID_REQUEST");
    }
    // An empty header is none, as everywhere.
    const auto made = make("/api/keys", {.body = unnamed, .headers = {{"X-Tenon-User", ""}}});
    CHECK(made.json.at("userId").is_null());
}

TEST_CASE("one organization's keys, audit and connections are invisible to another") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto org =
        api.ask("POST", "/api/organizations", {.key = key, .body = R"({"name":"Other"})"});
    REQUIRE(org.http.status == 201);
    const auto other = org.json.at("apiKey").at("key").get<std::string>();
    CHECK(org.json.at("apiKey").at("scopes").dump().find("admin") == std::string::npos);
    const auto mine = api.ask("GET", "/api/keys", {.key = key});
    const auto theirs = api.ask("GET", "/api/keys", {.key = other});
    CHECK(mine.json.at("keys").size() == 1);
    CHECK(theirs.json.at("keys").size() == 1);
    const auto my_id = mine.json.at("keys")[0].at("id").get<std::string>();
    CHECK(api.ask("DELETE", "/api/keys/" + my_id, {.key = other}).error() == "NOT_FOUND");
    CHECK(api.ask("GET", "/api/keys", {.key = key}).http.status == 200);
    const auto log = api.ask("GET", "/api/audit", {.key = other}).json.at("entries");
    REQUIRE(log.size() == 1);
    CHECK(log[0].at("action") == "organization.created");
    CHECK(
        api.ask("POST", "/api/organizations", {.key = other, .body = R"({"name":"x"})"}).error() ==
        "INSUFFICIENT_SCOPE"
    );
}

TEST_CASE("an organization's first key has the caller's scopes but admin, and is not made without"
) {
    api_fixture api;
    const auto make = [&](key_scopes scopes) {
        const auto key = api.make_key(scopes);
        const asking with{.key = key, .body = R"({"name":"Acme","id":"acme"})"};
        return api.ask("POST", "/api/organizations", with);
    };
    const auto refused = make(only(key_scope::admin));
    CHECK(refused.http.status == 403);
    CHECK(refused.error() == "INSUFFICIENT_SCOPE");
    const auto told = refused.json.at("message").get<std::string>();
    CHECK(told.find("connections:read") != std::string::npos);
    CHECK(told.find("keys:manage") != std::string::npos);
    auto two = only(key_scope::admin);
    two.add(key_scope::tokens_read);
    const auto made = make(two);  // the refused one has left nothing behind
    REQUIRE(made.http.status == 201);
    CHECK(made.json.at("apiKey").at("scopes") == json::array({"tokens:read"}));
}

TEST_CASE("an organization's id is taken once") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const asking with{.key = key, .body = R"({"name":"Acme","id":"acme"})"};
    CHECK(api.ask("POST", "/api/organizations", with).http.status == 201);
    const auto again = api.ask("POST", "/api/organizations", with);
    CHECK(again.http.status == 409);
    CHECK(again.error() == "CONFLICT");
    const auto made = api.ask("GET", "/api/audit?action=organization.created", {.key = key});
    CHECK(made.json.at("entries").size() == 1);
}

TEST_CASE("an organization's id and name are bounded") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const auto& body :
         {json{{"name", "Acme"}, {"id", "a b"}},
          json{{"name", "Acme"}, {"id", std::string(65, 'a')}},
          json{{"name", std::string(201, 'a')}}, json{{"name", "a\nb"}}}) {
        const auto answer =
            api.ask("POST", "/api/organizations", {.key = key, .body = body.dump()});
        INFO(body.dump());
        CHECK(answer.http.status == 400);
        CHECK(answer.json.at("details").size() == 1);
    }
}

TEST_CASE("a new organization's own log begins with how it was made") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto made =
        api.ask("POST", "/api/organizations", {.key = key, .body = R"({"name":"Acme"})"});
    REQUIRE(made.http.status == 201);
    const std::string theirs = made.json.at("apiKey").at("key");
    const auto log = api.ask("GET", "/api/audit", {.key = theirs}).json.at("entries");
    REQUIRE(log.size() == 1);
    CHECK(log[0].at("action") == "organization.created");
}

TEST_CASE("changes of keys and organizations are in the audit log, newest first, page by page") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (int i = 0; i < 5; ++i) {
        REQUIRE(
            api.ask(
                   "POST", "/api/keys",
                   {.key = key,
                    .body = R"({"name":"k)" + std::to_string(i) + R"(","scopes":["tokens:read"]})"}
            )
                .http.status == 201
        );
    }
    std::vector<std::string> names;
    std::string cursor;
    for (int page = 0; page < 4; ++page) {
        const auto got = api.ask("GET", "/api/audit?limit=2" + cursor, {.key = key});
        for (const auto& entry : got.json.at("entries")) {
            CHECK(entry.at("action") == "key.created");
            CHECK(entry.at("actor").get<std::string>().starts_with("key:"));
            CHECK(entry.at("requestId") == "request-1");
            names.push_back(entry.at("detail").at("name"));
        }
        if (got.json.at("nextCursor").is_null()) {
            break;
        }
        cursor = "&cursor=" + got.json.at("nextCursor").get<std::string>();
    }
    CHECK(names == std::vector<std::string>{"k4", "k3", "k2", "k1", "k0"});
    CHECK(api.ask("GET", "/api/audit?limit=0", {.key = key}).error() == "INVALID_REQUEST");
    CHECK(api.ask("GET", "/api/audit?limit=501", {.key = key}).error() == "INVALID_REQUEST");
    CHECK(api.ask("GET", "/api/audit?cursor=x", {.key = key}).error() == "INVALID_REQUEST");
}

TEST_CASE("the operator's own key serves with all scopes, and stays revoked once it was") {
    api_fixture api;
    const secret key(std::string(32, 'b'));
    const auto ensure = [&] {
        return ensure_bootstrap_key(api.store.db(), key, api.time, api.random);
    };
    CHECK(*ensure() == bootstrap_outcome::created);
    CHECK(*ensure() == bootstrap_outcome::there_already);
    const asking with{.key = std::string(key.reveal())};
    const auto listed = api.ask("GET", "/api/keys", with);
    REQUIRE(listed.http.status == 200);
    CHECK(listed.json.at("keys")[0].at("isBootstrap") == true);
    CHECK(listed.http.body.find("bbbb") == std::string::npos);
    const auto id = listed.json.at("keys")[0].at("id").get<std::string>();
    REQUIRE(api.ask("DELETE", "/api/keys/" + id, with).http.status == 200);
    CHECK(*ensure() == bootstrap_outcome::revoked);
    CHECK(api.ask("GET", "/api/keys", with).http.status == 401);
    CHECK(
        ensure_bootstrap_key(api.store.db(), secret("short"), api.time, api.random).error().code ==
        errc::invalid_request
    );
}

TEST_CASE("the log does not keep the name of a key that acts for one user") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const asking making{
        .key = key,
        .user = "a@customers.example",
        .body = R"({"name":"phone of a@customers.example","scopes":["tokens:read"]})"};
    REQUIRE(api.ask("POST", "/api/keys", making).http.status == 201);
    REQUIRE(
        api.ask("DELETE", "/api/users/a%40customers.example/data", {.key = key}).http.status == 200
    );
    CHECK(columns_that_hold(api.store.db(), "customers.example").empty());
}
