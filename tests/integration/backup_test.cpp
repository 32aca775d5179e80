// `tenon backup` while a host serves, and `tenon restore` on another machine.
#include "integration/machine.hpp"
#include "support/catch.hpp"

#include <sys/stat.h>

#include <atomic>
#include <thread>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using Catch::Matchers::StartsWith;
using nlohmann::json;

// Reads and renews tokens until it goes.
class load {
  public:
    load(world& here, const std::vector<std::string>& connections) {
        for (const auto& id : connections) {
            workers_.emplace_back([&here, id, this](const std::stop_token& stop) {
                auto client = here.api();
                const auto renew = "/api/integrations/refresh/demo/" + id;
                while (!stop.stop_requested()) {
                    const bool well = client.get(here.token_path(id)).status == 200 &&
                                      client.post(renew, json::object()).status == 200;
                    well ? ++answered : ++refused;
                }
            });
        }
    }
    std::atomic<int> answered{0}, refused{0};

  private:
    std::vector<std::jthread> workers_;
};

}  // namespace

TEST_CASE("a backup made under load serves tokens on another machine, on either engine") {
    const auto from = any_engine();
    const auto to = GENERATE(engine::sqlite, engine::postgresql);
    INFO(name_of(from) << " to " << name_of(to));
    world here(portable_options(from));
    std::vector<std::string> connections;
    for (const auto* account : {"u1", "u2", "u3"}) {
        connections.push_back(here.connected("ann", account));
    }
    const auto file = here.host().dir() / "backup";
    {
        load under(here, connections);
        REQUIRE(soon([&] { return under.answered > 3; }));
        back_up(here, file);
        CHECK(under.refused == 0);
    }
    struct stat about {};
    REQUIRE(::stat(file.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777U) == 0600U);
    const auto leaked = here.secrets().search_file(file);
    INFO(describe(leaked));
    CHECK(leaked.empty());
    here.host().stop();

    machine there(here, to);
    const auto restored = there.tenon({"restore", file.string()});
    INFO(restored.err);
    REQUIRE(restored.code == 0);
    there.start();
    auto api = there.api();
    for (const auto& id : connections) {
        const auto before = api.get(here.token_path(id));
        REQUIRE(before.status == 200);
        CHECK(api.post("/api/integrations/refresh/demo/" + id, json::object()).status == 200);
        const auto after = api.get(here.token_path(id)).json();
        CHECK(after.at("generation") > before.json().at("generation"));
    }
    const std::string noted = "SELECT COUNT(*) FROM audit_log WHERE action = 'database.restored'";
    CHECK(there.count(noted) == 1);
    const auto verdict = there.tenon({"audit", "verify"});
    INFO(verdict.err);
    CHECK(verdict.code == 0);
}

TEST_CASE("a backup is told with the keys that it takes to read it, and how much each seals") {
    world here(portable_options(any_engine()));
    here.connected("ann", "u1");
    here.connected("ann", "u2");
    here.host().stop();
    const auto config = here.host().config_file().string();
    const auto listed = run_tenon({"keyring", "list", "--config", config}).out;
    REQUIRE_THAT(listed, StartsWith("* "));
    const auto key = listed.substr(2);
    CHECK_THAT(key, Contains("  seals ") && EndsWith(" values\n") && !Contains(" seals 0 "));
    const auto told = back_up(here, here.host().dir() / "backup");
    CHECK_THAT(
        told.out, Contains("without these keys, which are not in it, nothing sealed can be read") &&
                      EndsWith("\n  " + key)
    );
}

TEST_CASE("what was under way when the host died is taken up where its backup is restored") {
    auto options = portable_options(any_engine());
    options.provider = "instagram";
    options.settings = json::object();
    options.provider_config.clear();
    world here(options);
    const auto url = here.consent(here.begin().at("authUrl"));
    sim::fault slow;
    slow.path = "/access_token";
    slow.kind = sim::fault_kind::delay;
    slow.delay_ms = 60'000;
    here.provider().inject(slow);
    std::jthread browser([&] {
        try {
            here.visit(url);
        } catch (const std::exception&) {
            // Cut off with the host.
        }
    });
    REQUIRE(soon([&] { return here.provider().requests()["/access_token"] > 0; }));
    here.host().kill();
    browser.join();
    const auto file = here.host().dir() / "backup";
    back_up(here, file);

    machine there(here, engine::sqlite);
    REQUIRE(there.tenon({"restore", file.string()}).code == 0);
    there.start();
    json mine;
    REQUIRE(soon([&] {
        mine = there.api().get("/api/integrations/status").json().at("integrations");
        return mine.size() == 1;
    }));
    const auto id = mine.at(0).at("connectionId").get<std::string>();
    CHECK(there.api().get(here.token_path(id)).status == 200);
}

TEST_CASE("a refresh token that was renewed after the backup is refused: its account reconnects") {
    world here(portable_options(engine::sqlite, true));
    const auto id = here.connected();
    const auto file = here.host().dir() / "backup";
    back_up(here, file);
    const auto renew = "/api/integrations/refresh/demo/" + id;
    REQUIRE(here.api().post(renew, json::object()).status == 200);
    here.host().stop();
    machine there(here, engine::sqlite);
    REQUIRE(there.tenon({"restore", file.string()}).code == 0);
    there.start();
    CHECK(there.api().get(here.token_path(id)).status == 200);  // it lives on
    CHECK(there.api().post(renew, json::object()).json().at("error") == "RECONNECT_REQUIRED");
}

TEST_CASE("a backup goes to standard output, whole; or to a new file: none is replaced") {
    world here(portable_options(any_engine()));
    here.connected();
    const auto config = here.host().config_file().string();
    const auto piped = run_tenon({"backup", "-", "--config", config});
    CHECK(piped.code == 0);
    CHECK_THAT(piped.err, Contains("backed up"));
    const auto file = here.host().dir() / "piped";
    write_file(file, piped.out);
    CHECK(run_tenon({"restore", "--verify", file.string(), "--config", config}).code == 0);
    for (const auto& there : {config, file.string()}) {
        const auto before = read_file(there);
        const auto refused = run_tenon({"backup", there, "--config", config});
        CHECK(refused.code == 1);
        CHECK_THAT(refused.err, Contains(there + " is there already: it is not replaced"));
        CHECK(read_file(there) == before);
    }
    const auto nowhere =
        run_tenon({"backup", file.string()}, {{"TENON_DATABASE", "sqlite:/no/such/file"}});
    CHECK(nowhere.code == 1);
    CHECK_THAT(nowhere.err, Contains("there is no database /no/such/file"));
    CHECK(run_tenon({"restore", "--verify", file.string(), "--config", config}).code == 0);
}

}  // namespace tenon::test
