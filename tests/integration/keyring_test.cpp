// The keys as an operator changes them: `tenon keyring`, wherever the first one came from.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <sstream>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;

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
