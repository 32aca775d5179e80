#include "api/probes.hpp"
#include "fixture.hpp"
#include "store/credential_reads.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

using namespace tenon::host;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

auto database_script(api_fixture& api, const std::string& script) {
    auto work = [&](sql_session& session) -> result<void> {
        session.execute_script(script);
        return {};
    };
    REQUIRE(api.store->as_service_now(access::write, work).has_value());
}

auto reads_of(api_fixture& api, const connection_id& connection) -> std::int64_t {
    auto work = [&](sql_session& session) -> result<std::int64_t> {
        return run(session,
                   "SELECT CAST(COALESCE(SUM(count), 0) AS BIGINT) FROM credential_reads "
                   "WHERE org_id = $1 AND connection_id = $2",
                   session.org(), connection)[0]
            .integer(0);
    };
    return *api.store->with_org_now(default_org(), access::read, work);
}

auto caller_with(api_fixture& api, const std::string& key) -> caller_handle {
    request from;
    from.headers.add("X-API-Key", key);
    return *api.run(api.keys.authenticate(from));
}

}  // namespace

TEST_CASE("health tells the parts and the truth about security") {
    api_fixture api;
    const auto all = api.ask("GET", "/health");
    CHECK(all.http.status == 200);
    CHECK(all.json.at("status") == "ok");
    CHECK(all.json.at("version") == "1.2.3");
    CHECK(all.json.at("environment") == "test");
    CHECK(all.json.at("checks").size() == 4);
    CHECK(all.json.at("checks").at("db").at("status") == "ok");
    CHECK(
        all.json.at("security") ==
        nlohmann::json{
            {"rateLimitingEnabled", true},
            {"securityHeadersEnabled", true},
            {"encryptionConfigured", true},
            {"corsConfigured", false}}
    );
    CHECK(api.ask("GET", "/health?check=db").json.at("checks").size() == 1);
    CHECK(
        api.ask("GET", "/health?check=limits").json.at("checks").at("limits") ==
        nlohmann::json{{"status", "ok"}, {"detail", {{"kind", "memory"}, {"shared", false}}}}
    );
    CHECK(api.ask("GET", "/health?check=everything").error() == "INVALID_REQUEST");
    api.cache.sight().lose();
    CHECK(api.ask("GET", "/health?check=cache").json.at("status") == "degraded");
}

TEST_CASE("health says that limits are off where they are") {
    api_fixture api(
        {.connect = {0}, .mutations = {0}, .reads = {0}, .callbacks = {0}, .unknown_keys = {0}}
    );
    CHECK(api.ask("GET", "/health").json.at("security").at("rateLimitingEnabled") == false);
}

TEST_CASE("a database that can't be read makes health 503; one that can't be written, readiness") {
    api_fixture api;
    CHECK(api.ask("GET", "/readyz").http.status == 200);
    database_script(api, "ALTER TABLE changes RENAME TO away");
    const auto down = api.ask("GET", "/health?check=db");
    CHECK(down.http.status == 503);
    CHECK(down.json.at("status") == "down");
    CHECK(api.ask("GET", "/livez").http.status == 200);
}

TEST_CASE("a host that drains is not ready") {
    api_fixture api;
    api.api.draining = true;
    const auto got = api.ask("GET", "/readyz");
    CHECK(got.http.status == 503);
    CHECK(got.error() == "SHUTTING_DOWN");
    CHECK(api.ask("GET", "/livez").http.status == 200);
}

TEST_CASE("metrics count answers by route, and hold nothing of a user's") {
    api_fixture api;
    api.metrics.answered("/api/integrations/status", 200, 3ms);
    api.metrics.answered("/api/integrations/status", 404, 3ms);
    api.metrics.answered("/nobody/knows/this/path", 404, 3ms);
    api.metrics.operation_ended("demo", "refresh", "ok", 0.05);
    api.metrics.operation_ended("demo", "refresh", "weird words! of a plugin", 0.05);
    api.metrics.token_read("hit");
    api.metrics.connection_expired("demo", expiry_cause::lapsed);
    api.metrics.provider_alarm("demo", alarm_cause::client_refused);
    api.metrics.circuit_changed("https://api.demo.example:443", circuit_state::open);
    const auto got = api.ask("GET", "/metrics");
    const auto has = [&](const std::string& text) {
        return got.http.body.find(text) != std::string::npos;
    };
    CHECK(has(R"(tenon_http_requests_total{route="/api/integrations/status",status="200"} 1)"));
    CHECK(has(R"(tenon_http_requests_total{route="unmatched",status="404"} 1)"));
    CHECK_FALSE(has("nobody"));
    CHECK(has(R"(tenon_token_reads_total{how="hit"} 1)"));
    CHECK(has(R"(tenon_connections_expired_total{provider="demo",reason="lapsed"} 1)"));
    CHECK(has(R"(tenon_provider_alarms_total{provider="demo",reason="client_refused"} 1)"));
    CHECK(has(R"(tenon_circuit_open{origin="https://api.demo.example:443"} 1)"));
    CHECK(has(R"(outcome="other")"));
    CHECK_FALSE(has("weird"));
    CHECK(has("tenon_build_info{version=\"1.2.3\"} 1"));
}

TEST_CASE("with an admin listener, metrics are there only") {
    api_fixture api({}, {}, true);
    for (const auto& route : api.router.routes()) {
        CHECK(route.pattern != "/metrics");
    }
    const auto admin = make_admin_routes(api.api);
    CHECK(admin.size() == 4);
}

TEST_CASE("reads of credentials are accounted for by key, connection and minute") {
    api_fixture api;
    const auto who = caller_with(api, api.make_key(key_scopes::all()));
    const connection_id one("c1");
    const connection_id other("c2");
    for (int i = 0; i < 3; ++i) {
        api.journal.note_read(who, one);
    }
    api.journal.note_read(who, other);
    CHECK(api.run(api.journal.flush()).has_value());
    CHECK(reads_of(api, one) == 0);
    api.journal.note_read(who, one);
    api.time.advance(60s);
    CHECK(api.run(api.journal.flush()).has_value());
    CHECK(reads_of(api, one) == 4);
    CHECK(reads_of(api, other) == 1);
}

TEST_CASE("what the journal can't write now it writes later, once") {
    api_fixture api;
    const auto who = caller_with(api, api.make_key(key_scopes::all()));
    const connection_id one("c1");
    api.journal.note_read(who, one);
    const std::string table = GENERATE("credential_read_batches", "credential_reads");
    database_script(api, "ALTER TABLE " + table + " RENAME TO away");
    CHECK(api.run(api.journal.flush()).has_error() == (table == "credential_read_batches"));
    api.journal.note_read(who, one);
    api.time.advance(60s);
    CHECK(api.run(api.journal.flush()).has_error());
    database_script(api, "ALTER TABLE away RENAME TO " + table);
    CHECK(api.run(api.journal.flush()).has_value());
    CHECK(reads_of(api, one) == 2);
    api.time.advance(60s);
    CHECK(api.run(api.journal.flush()).has_value());
    CHECK(reads_of(api, one) == 2);
}

TEST_CASE("a key's last use is noted off the hot path") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    CHECK(api.ask("GET", "/api/keys", {.key = key}).json.at("keys")[0].at("lastUsedAt").is_null());
    CHECK(api.run(api.journal.flush()).has_value());
    const auto listed = api.ask("GET", "/api/keys", {.key = key});
    CHECK(listed.json.at("keys")[0].at("lastUsedAt") == to_rfc3339(api.time.now()));
}
