// What an author records from a provider, the conformance suite replays.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <filesystem>
#include <fstream>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

auto read(const fs::path& file) -> std::string {
    std::ifstream in(file);
    return {std::istreambuf_iterator<char>(in), {}};
}

// Beside the binary under test.
auto conformance(const std::string& plugin, const fs::path& cassettes) -> ended {
    const auto bin = fs::path(tenon_binary()).parent_path();
    return run(
        {{(bin / "tenon-conformance").string(),
          (bin.parent_path() / "lib/tenon/plugins" / (plugin + ".so")).string(), "--cassettes",
          cassettes.string(), "--only", "recorded-successes,recorded-refusals"},
         {},
         {},
         {},
         {}}
    );
}

}  // namespace

TEST_CASE("a recorded operation holds no secret, and the conformance suite replays it") {
    world_options options;
    options.provider = "google";
    world here(options);
    const auto id = here.connected();
    const auto token =
        here.api().get(here.token_path(id)).json().at("accessToken").get<std::string>();
    const auto dir = here.host().dir() / "cassettes";
    fs::create_directories(dir);
    const auto record = [&](const std::string& secret, const std::string& name) {
        std::ofstream(here.host().dir() / "token") << secret << '\n';
        return run_tenon(
            {"plugin", "record", "google", "profile", "--config",
             here.host().config_file().string(), "--access-token-file",
             (here.host().dir() / "token").string(), "--output", (dir / name).string()}
        );
    };
    const auto good = record(token, "profile.json");
    INFO(good.err);
    REQUIRE(good.code == 0);
    CHECK_THAT(good.out, Contains("1 exchanges, done"));
    const auto refused = record("no-such-token-at-all", "profile-refused.json");
    REQUIRE(refused.code == 0);
    CHECK_THAT(refused.out, Contains("token_rejected"));
    for (const auto* name : {"profile.json", "profile-refused.json"}) {
        const auto text = read(dir / name);
        INFO(text);
        const auto found = here.secrets().search(text, name);
        INFO(describe(found));
        CHECK(found.empty());
        CHECK(text.find("no-such-token-at-all") == std::string::npos);
        CHECK(text.find("\"outcome\"") != std::string::npos);
    }
    const auto replayed = conformance("google", dir);
    INFO(replayed.out << replayed.err);
    CHECK(replayed.code == 0);
    CHECK_THAT(replayed.out, Contains("2 passed"));
}

TEST_CASE("what can't be recorded is said in a line") {
    world_options options;
    options.provider = "google";
    world here(options);
    const auto config = here.host().config_file().string();
    const auto output = (here.host().dir() / "x.json").string();
    const auto dance =
        run_tenon({"plugin", "record", "google", "dance", "--config", config, "--output", output});
    CHECK(dance.code == 1);
    CHECK_THAT(dance.err, Contains("exchange, refresh, profile and revoke are"));
    const auto missing = run_tenon(
        {"plugin", "record", "google", "profile", "--config", config, "--output", output,
         "--access-token-file", "/no/such/file"}
    );
    CHECK(missing.code == 1);
    CHECK_THAT(missing.err, Contains("/no/such/file"));
}

}  // namespace tenon::test
