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

TEST_CASE("what an API key opens is recorded with neither the key nor the loss of its name") {
    world_options options;
    options.provider = "onlyfans";
    world here(options);
    const auto dir = here.host().dir() / "cassettes";
    const auto key = here.host().dir() / "key";
    fs::create_directories(dir);
    const auto record = [&](const std::string& operation, std::vector<std::string> more) {
        std::vector<std::string> all{
            "plugin",
            "record",
            "onlyfans",
            operation,
            "--config",
            here.host().config_file().string(),
            "--output",
            (dir / (operation + ".json")).string(),
            "--connect",
            "account=acct_demo1",
            "--credential-file",
            "api_key=" + key.string()};
        all.insert(all.end(), more.begin(), more.end());
        return run_tenon(all);
    };
    const std::string secret = "ofapi_demo_0123456789abcdef";
    std::ofstream(key) << secret << '\n';
    const auto validated = record("validate", {});
    INFO(validated.err);
    REQUIRE(validated.code == 0);
    CHECK_THAT(validated.out, Contains("done"));
    const auto told = record(
        "profile", {"--param", "account_id=acct_demo1", "--access-token-file", key.string()}
    );
    INFO(told.err);
    REQUIRE(told.code == 0);
    CHECK_THAT(told.out, Contains("done"));
    for (const auto* name : {"validate.json", "profile.json"}) {
        const auto text = read(dir / name);
        INFO(text);
        CHECK(text.find(secret) == std::string::npos);
        CHECK(text.find("\"account\": \"acct_demo1\"") != std::string::npos);
    }
    CHECK_THAT(read(dir / "validate.json"), Contains("${credential.api_key}"));
    const auto replayed = conformance("onlyfans", dir);
    INFO(replayed.out << replayed.err);
    CHECK(replayed.code == 0);
    CHECK_THAT(replayed.out, Contains("1 passed"));
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
    CHECK_THAT(dance.err, Contains("exchange, refresh, profile, revoke and validate are"));
    const auto missing = run_tenon(
        {"plugin", "record", "google", "profile", "--config", config, "--output", output,
         "--access-token-file", "/no/such/file"}
    );
    CHECK(missing.code == 1);
    CHECK_THAT(missing.err, Contains("/no/such/file"));
    const auto unknown = run_tenon(
        {"plugin", "record", "google", "profile", "--config", config, "--output", output,
         "--connect", "tenant=acme"}
    );
    CHECK(unknown.code == 1);
    CHECK_THAT(unknown.err, Contains("tenant"));
    const auto bare = run_tenon(
        {"plugin", "record", "google", "profile", "--config", config, "--output", output, "--param",
         "account_id"}
    );
    CHECK(bare.code == 1);
    CHECK_THAT(bare.err, Contains("--param: expected NAME=VALUE, not 'account_id'"));
}

}  // namespace tenon::test
