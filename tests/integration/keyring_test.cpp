// The keys as an operator changes them: `tenon keyring`, wherever the first one came from.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <chrono>
#include <csignal>
#include <future>
#include <sstream>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
using nlohmann::json;

const std::string other_key(64, 'c');

// The id behind the mark in what `tenon keyring list` prints.
auto current_in(const std::string& listed) -> std::string {
    const auto mark = listed.find("* ");
    REQUIRE(mark != std::string::npos);
    return listed.substr(mark + 2, listed.find(' ', mark + 2) - mark - 2);
}

// The verb's output, with this host's configuration.
auto keyring(host_process& host, std::vector<std::string> words, const environment& variables)
    -> std::string {
    words.insert(words.begin(), "keyring");
    words.insert(words.end(), {"--config", host.config_file().string()});
    const auto done = run_tenon(words, variables);
    INFO(done.err);
    REQUIRE(done.code == 0);
    return done.out;
}

void reload(host_process& host) {
    host.signal(SIGHUP);
    REQUIRE(host.wait_for_log("reloaded"));
}

auto word(const std::string& text, int number) -> std::string {
    std::istringstream in(text);
    std::string out;
    for (int i = 0; i <= number; ++i) {
        in >> out;
    }
    return out;
}

}  // namespace

TEST_CASE("a key from the environment stays current until another one is promoted, and can be again"
) {
    world_options options;
    options.stored_in = engine::postgresql;
    world here(options);
    const environment variables{{"TOKEN_ENCRYPTION_KEY", encryption_key}};
    const auto id = here.connected();
    const auto first = current_in(keyring(here.host(), {"list"}, variables));
    const auto added = word(keyring(here.host(), {"add"}, variables), 1);
    reload(here.host());
    CHECK(current_in(keyring(here.host(), {"list"}, variables)) == first);
    keyring(here.host(), {"promote", added}, variables);
    CHECK(current_in(keyring(here.host(), {"list"}, variables)) == added);
    reload(here.host());
    keyring(here.host(), {"reseal"}, variables);
    CHECK_THAT(keyring(here.host(), {"list"}, variables), Contains(first + "  seals 0 values"));
    here.host().stop();
    here.host().start();
    CHECK(here.api().get(here.token_path(id)).status == 200);
    keyring(here.host(), {"promote", first}, variables);
    CHECK(current_in(keyring(here.host(), {"list"}, variables)) == first);
}

TEST_CASE("a key that is configured later seals from then on, and what was sealed before opens") {
    world here;
    here.connected();
    const auto made = current_in(keyring(here.host(), {"list"}, {}));
    here.host().stop();
    const environment variables{{"TOKEN_ENCRYPTION_KEY", other_key}};
    const auto configured = current_in(keyring(here.host(), {"list"}, variables));
    CHECK(configured != made);
    CHECK_THAT(keyring(here.host(), {"list"}, variables), Contains("  " + made + "  seals"));
    keyring(here.host(), {"reseal"}, variables);
    CHECK_THROWS_WITH(here.host().start(), Contains(configured));  // it was not given the key
    const host_process given(
        {"encryption: {key: " + other_key + "}\n", {}}, here.host().shared_dir()
    );
    CHECK(http_client(given.url()).get("/readyz").status == 200);
}

TEST_CASE("what is refreshed while everything is sealed anew is kept, and the progress is drawn") {
    world here;
    json list = json::array();
    const auto now =
        std::chrono::time_point_cast<host::milliseconds>(std::chrono::system_clock::now());
    for (const auto& tokens : here.provider().mint(1, 100, now)) {
        list.push_back(
            {{"accessToken", tokens.at("access_token")},
             {"refreshToken", tokens.at("refresh_token")}}
        );
    }
    const auto* const path = "/api/integrations/import/demo";
    REQUIRE(here.api().post(path, {{"connections", list}}).json().at("imported").size() == 100);
    const auto first = current_in(keyring(here.host(), {"list"}, {}));
    keyring(here.host(), {"promote", word(keyring(here.host(), {"add"}, {}), 1)}, {});
    reload(here.host());
    std::atomic<bool> sealing{true};
    auto refreshed = std::async(std::launch::async, [&] {
        int good = 0;
        for (int i = 1; i <= 100 && (sealing || i <= 10); ++i) {
            const auto of = "/api/integrations/refresh/demo/u" + std::to_string(i);
            good += here.api().post(of, json::object()).status == 200 ? 1 : -1'000;
        }
        return good;
    });
    // On a terminal, as an operator sees it.
    const auto command =
        tenon_binary() + " keyring reseal --config " + here.host().config_file().string();
    const auto drawn = run({{"/usr/bin/script", "-qec", command, "/dev/null"}, {}, {}, {}, {}});
    sealing = false;
    INFO(drawn.out << drawn.err);
    CHECK(drawn.code == 0);
    CHECK_THAT(drawn.out, Contains("[########################################] "));
    CHECK(refreshed.get() >= 10);
    const auto again =
        run_tenon({"keyring", "reseal", "--config", here.host().config_file().string()}, {});
    CHECK_THAT(again.out, Contains("sealed 0 values"));
    CHECK_THAT(again.err, !Contains("[#"));  // nobody looks on
    CHECK_THAT(keyring(here.host(), {"list"}, {}), Contains(first + "  seals 0 values"));
    here.host().stop();
    here.host().start();
    for (int i = 1; i <= 100; ++i) {
        CHECK(here.api().get("/api/integrations/token/demo/u" + std::to_string(i)).status == 200);
    }
    CHECK(here.provider().count().refresh_reuses == 0);
}

TEST_CASE("a host on PostgreSQL without a key says what to do") {
    world_options options;
    options.stored_in = engine::postgresql;
    world here(options);
    here.host().stop();
    const auto refused = run_tenon({"serve", "--config", here.host().config_file().string()}, {});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("openssl rand -hex 32"));
}

}  // namespace tenon::test
