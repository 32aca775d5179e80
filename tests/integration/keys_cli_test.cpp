// Keys that the command line changes while a host runs on the same embedded database.
#include "store/database.hpp"
#include "support/catch.hpp"
#include "support/host_process.hpp"
#include "support/http_client.hpp"

#include <thread>

namespace tenon::test {

TEST_CASE("a running host takes a key of the command line at once, and refuses it once revoked") {
    host_process host({});
    const auto config = host.config_file().string();
    const auto made = run_tenon({"key", "create", "--config", config});
    INFO(made.err);
    REQUIRE(made.code == 0);
    const auto key = made.out.substr(0, made.out.find('\n'));
    const auto id = made.err.substr(3, made.err.find(';') - 3);
    http_client api(host.url(), {{"X-API-Key", key}});
    CHECK(api.get("/api/keys").status == 200);

    const auto revoked = run_tenon({"key", "revoke", id, "--config", config});
    INFO(revoked.err);
    REQUIRE(revoked.code == 0);
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    int status = 200;
    while (status == 200 && std::chrono::steady_clock::now() < until) {
        status = api.get("/api/keys").status;
    }
    CHECK(status == 401);
}

TEST_CASE("the command line gives no key to a user who is erased just now") {
    host_process host({});
    const auto config = host.config_file().string();
    const auto made = run_tenon({"key", "create", "--config", config});
    REQUIRE(made.code == 0);
    const auto key = made.out.substr(0, made.out.find('\n'));
    http_client api(host.url(), {{"X-API-Key", key}, {"X-Tenon-User", "ann"}});
    REQUIRE(api.del("/api/users/ann/data").status == 200);

    const auto refused = run_tenon({"key", "create", "--user", "ann", "--config", config});
    CHECK(refused.code != 0);
    CHECK(refused.out.empty());
    CHECK(refused.err.find("erased") != std::string::npos);
    CHECK(run_tenon({"key", "create", "--user", "bob", "--config", config}).code == 0);
}

TEST_CASE("the command line takes the names that the API takes, and shows no control characters") {
    temp_dir dir;
    const environment here{{"TENON_DATA_DIR", (dir.path() / "data").string()}};
    REQUIRE(run_tenon({"migrate", "up"}, here).code == 0);
    struct row {
        std::vector<std::string> verb;
        const char* told;
    };
    const std::vector<row> rows{
        {{"key", "create", "--user", ""}, "--user: must not be empty"},
        {{"key", "create", "--user", std::string(300, 'u')}, "--user: at most 255 bytes"},
        {{"key", "create", "--user", "a\xff"}, "--user: must be UTF-8"},
        {{"key", "create", "--name", ""}, "--name: must not be empty"},
        {{"key", "create", "--name", std::string(201, 'n')}, "--name: at most 200 bytes"},
        {{"key", "create", "--name", "a\x1b[2Jb"}, "no control characters"},
        {{"key", "create", "--scope", "bogus"}, "'bogus' is none of: connections:read"},
        {{"key", "create", "--org", "nope"}, "no organization nope"},
        {{"key", "list", "--org", "nope"}, "no organization nope"},
        {{"org", "create", ""}, "must not be empty"},
        {{"org", "create", "a\nb"}, "no control characters"}};
    for (const auto& [verb, told] : rows) {
        const auto done = run_tenon(verb, here);
        INFO(verb.back() << ": " << done.err);
        CHECK(done.code == 1);
        CHECK(done.out.empty());
        CHECK(done.err.find(told) != std::string::npos);
    }
    CHECK(run_tenon({"key", "create", "--user", std::string(255, 'u')}, here).code == 0);
    CHECK(run_tenon({"key", "list"}, here).code == 0);
}

TEST_CASE("a name of an older version that would steer a terminal is shown without its controls") {
    temp_dir dir;
    const environment here{{"TENON_DATA_DIR", (dir.path() / "data").string()}};
    REQUIRE(run_tenon({"migrate", "up"}, here).code == 0);
    REQUIRE(run_tenon({"key", "create"}, here).code == 0);
    auto opened = host::open_database("sqlite:" + (dir.path() / "data" / "tenon.db").string());
    REQUIRE(opened.has_value());
    const auto rename = [](host::sql_session& session) -> host::result<void> {
        host::run(session, "UPDATE api_keys SET name = $1", std::string("a\x1b[2J\nb"));
        host::run(session, "UPDATE organizations SET name = $1", std::string("c\rd"));
        return {};
    };
    REQUIRE((*opened)->as_service_now(host::access::write, rename).has_value());
    const auto keys = run_tenon({"key", "list"}, here);
    CHECK(keys.out.find("  a?[2J?b  ") != std::string::npos);
    const auto orgs = run_tenon({"org", "list"}, here);
    CHECK(orgs.out.find("  c?d\n") != std::string::npos);
}

}  // namespace tenon::test
