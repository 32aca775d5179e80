// Keys that the command line changes while a host runs on the same embedded database.
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

}  // namespace tenon::test
