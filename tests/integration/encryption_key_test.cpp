// The keys that everything is sealed with: changed while hosts run, lost, and mistaken.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <csignal>
#include <thread>

namespace tenon::test {
namespace {

using nlohmann::json;

// `tenon keyring ARGUMENTS` beside the host, with its own key where it is not in a file.
auto keyring_command(world& here, std::vector<std::string> arguments) -> command {
    arguments.insert(arguments.begin(), {tenon_binary(), "keyring"});
    arguments.insert(arguments.end(), {"--config", here.host().config_file().string()});
    environment variables;
    if (!here.database().empty()) {
        variables.emplace_back("TOKEN_ENCRYPTION_KEY", encryption_key);
    }
    return {std::move(arguments), std::move(variables), {}, {}, {}};
}

auto keyring(world& here, std::vector<std::string> arguments) -> std::string {
    auto done = run(keyring_command(here, std::move(arguments)));
    INFO(done.out << done.err);
    REQUIRE(done.code == 0);
    return done.out;
}

struct sealed_counts {
    int with_new = 0;
    int with_old = 0;
};

// Of `tenon keyring list`: how much the current key seals, and how much all others.
auto counts(world& here) -> sealed_counts {
    std::istringstream lines(keyring(here, {"list"}));
    sealed_counts found;
    for (std::string line; std::getline(lines, line);) {
        const auto number = std::stoi(line.substr(line.find("seals ") + 6));
        (line.starts_with('*') ? found.with_new : found.with_old) += number;
    }
    return found;
}

// Many connections at once: their tokens are believed. The ids of some of them.
auto import_many(world& here, int count) -> std::vector<std::string> {
    std::vector<std::string> some;
    for (int first = 0; first < count; first += 100) {
        auto list = json::array();
        for (int i = first; i < first + 100; ++i) {
            const auto account = "account-" + std::to_string(i);
            list.push_back(
                {{"userId", "ann"},
                 {"accountId", account},
                 {"accessToken", "access-of-" + account},
                 {"refreshToken", "refresh-of-" + account}}
            );
        }
        const auto answer = here.api("").post(
            "/api/integrations/import/demo", {{"connections", list}, {"validate", false}}
        );
        INFO(answer.body);
        REQUIRE(answer.status == 200);
        some.push_back(answer.json().at("imported").at(0).at("connectionId"));
    }
    return some;
}

void check_all_open(world& here, const std::vector<std::string>& ids) {
    for (const auto& id : ids) {
        CHECK(here.api().get(here.token_path(id)).status == 200);
    }
}

}  // namespace

TEST_CASE("a reseal that is killed can be repeated, and every token decrypts meanwhile and after") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    const auto ids = import_many(here, 2'000);
    const auto added = keyring(here, {"add"});
    const auto id = added.substr(6, added.find(' ', 6) - 6);
    here.host().signal(SIGHUP);
    REQUIRE(here.host().wait_for_log("reloaded"));
    keyring(here, {"promote", id});
    REQUIRE(counts(here).with_new == 0);
    // Each try lives a little longer than the one before, so that the first to have done anything
    // has not done all.
    sealed_counts killed;
    for (int lived = 20; killed.with_new == 0; lived += 5) {
        {
            process resealing(keyring_command(here, {"reseal"}));
            std::this_thread::sleep_for(std::chrono::milliseconds(lived));
        }  // killed
        killed = counts(here);
    }
    CHECK(killed.with_old > 0);
    check_all_open(here, ids);
    keyring(here, {"reseal"});
    CHECK(counts(here).with_old == 0);
    here.host().stop();
    here.host().start();
    check_all_open(here, ids);
    CHECK(keyring(here, {"list"}).find("* " + id) != std::string::npos);
}

TEST_CASE("a missing key is one clear line at the start") {
    world here;
    here.connected();
    here.host().stop();
    const auto keyring = here.host().dir() / "data" / "keyring";
    std::filesystem::remove(keyring);
    CHECK_THROWS_WITH(
        here.host().start(), Catch::Contains("encryption key") && Catch::Contains("missing")
    );
}

TEST_CASE("another key under a known id is one clear line at the start") {
    world here;
    here.host().stop();
    const auto file = here.host().dir() / "data" / "keyring";
    auto text = read_file(file);
    const auto end = text.find_last_of("0123456789abcdef");
    text[end] = text[end] == '0' ? '1' : '0';
    write_file(file, text);
    CHECK_THROWS_WITH(
        here.host().start(),
        Catch::Contains("encryption key") && Catch::Contains("is not the one that this database")
    );
}

}  // namespace tenon::test
