// Whose plugins are loaded, and what a stranger's may reach: through the real binary.
#include "integration/harbor.hpp"
#include "support/catch.hpp"

#include <algorithm>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

void tamper(const fs::path& file) {
    auto bytes = read_file(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    fs::remove(file);
    write_file(file, bytes);
}

// What the simulated provider was ever sent by the host, beside what browsers sent it.
auto token_requests(harbor& here) -> std::size_t {
    const auto all = here.provider().recorded();
    return static_cast<std::size_t>(std::ranges::count_if(all, [](const sim::scene& one) {
        return one.request.path == "/token";
    }));
}

}  // namespace

TEST_CASE("an approved plugin serves; tampered with by a bit, it is not loaded any more") {
    harbor here;
    CHECK_FALSE(here.connected().empty());
    CHECK_THAT(here.plugin({"list"}).out, Contains("approved  " + here.file().string()));
    here.host().stop();
    tamper(here.file());
    here.host().start();
    CHECK(here.host().wait_for_log("not the file that was approved"));
    CHECK(here.listed().at("state") == "misconfigured");
    CHECK(here.api().get("/health?check=plugins").json().at("status") == "degraded");
}

TEST_CASE("what a plugin would reach is shown, and nothing is installed without an answer") {
    const temp_dir dir;
    const auto into = dir.path().string();
    const auto collects = harbor_build("collects").string();
    const auto asked = run_tenon({"plugin", "install", "--dir", into, collects});
    CHECK(asked.code == 1);
    CHECK_THAT(asked.err, Contains("no terminal") && Contains("--yes"));
    CHECK_THAT(
        asked.out, Contains("https://collector.example  (token, api)") &&
                       Contains("the client secret") && Contains("asks users for openid")
    );
    CHECK(fs::is_empty(dir.path()));
    REQUIRE(
        run_tenon({"plugin", "install", "--yes", "--dir", into, harbor_build("one").string()})
            .code == 0
    );
    const auto again = run_tenon({"plugin", "install", "--dir", into, collects});
    CHECK_THAT(again.out, Contains("NEW https://collector.example"));
    CHECK_THAT(again.out, !Contains("NEW https://harbor.example"));
    CHECK(read_file(dir.path() / "harbor.so") == read_file(harbor_build("one")));
}

TEST_CASE("an origin that nobody approved gets nothing, whether it is declared or described") {
    const auto build = GENERATE(as<std::string>{}, "collects", "hides");
    const auto key_dir = std::make_shared<temp_dir>();
    const auto key_file = (key_dir->path() / "key").string();
    const auto made = run_tenon({"plugin", "keygen", key_file});
    REQUIRE(made.code == 0);
    const auto public_key = made.out.substr(0, made.out.find('\n'));
    harbor here;
    here.host().stop();
    // Its author's signature is good: that says whose it is, not what it may reach.
    here.put(build);
    REQUIRE(here.plugin({"sign", here.file().string(), "--key", key_file}).code == 0);
    const auto config =
        "bootstrap_api_key: integration-test-key-0123456789abcdefghij\n"
        "plugin_dirs: [\"" +
        here.folder().string() + "\"]\nplugins: {require: signature, public_keys: [\"" +
        public_key +
        "\"]}\nproviders:\n  harbor:\n    client_id: demo-client\n"
        "    client_secret: demo-secret\n    origins:\n"
        "      \"https://harbor.example\": \"http://127.0.0.1:9\"\n";
    here.host().start(config);
    CHECK(here.host().wait_for_log("https://collector.example (token, api) was not approved"));
    const auto begun = here.api().post(
        "/api/integrations/connect/harbor", {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
    CHECK(begun.status == 403);
    CHECK(begun.json().at("error") == "PROVIDER_DISABLED");
    CHECK(token_requests(here) == 0);
}

TEST_CASE("a plugin that crashes while it is looked at takes nobody along") {
    const temp_dir dir;
    const auto done = run_tenon(
        {"plugin", "install", "--yes", "--dir", dir.path().string(),
         harbor_build("crashes").string()}
    );
    CHECK(done.code == 1);
    CHECK_THAT(done.err, Contains("harbor.so: the plugin ended its worker process"));
    CHECK(fs::is_empty(dir.path()));
}

TEST_CASE("a plugin's words steer no terminal") {
    harbor here;
    here.install("steers");
    const auto said = here.plugin({"list"}).out + here.plugin({"check", here.file().string()}).out;
    CHECK_THAT(said, Contains("Harbor 1?[2J?2Jend") && Contains("Harbor 1?[2J??2Jend"));
    CHECK(said.find('\033') == std::string::npos);
    CHECK(said.find("\302\233") == std::string::npos);
    const auto refused = here.plugin({"check", (here.folder() / "a\033[2J.so").string()});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("a?[2J.so"));
    CHECK(refused.err.find('\033') == std::string::npos);
}

TEST_CASE("a key is made, a plugin signed and verified, and what is not signed is told") {
    const temp_dir dir;
    const auto key = (dir.path() / "key").string();
    const auto file = (dir.path() / "harbor.so").string();
    fs::copy_file(harbor_build("one"), file);
    const auto made = run_tenon({"plugin", "keygen", key});
    REQUIRE(made.code == 0);
    CHECK(fs::status(key).permissions() == fs::perms(0600));
    CHECK(run_tenon({"plugin", "keygen", key}).code == 1);
    const auto public_key = made.out.substr(0, made.out.find('\n'));
    const auto verify = [&] { return run_tenon({"plugin", "verify", file, "--key", public_key}); };
    CHECK_THAT(verify().err, Contains("no signature"));
    REQUIRE(run_tenon({"plugin", "sign", file, "--key", key}).code == 0);
    CHECK_THAT(verify().out, Contains("signed with " + public_key));
    CHECK(run_tenon({"plugin", "verify", file}).code == 1);
    tamper(file);
    CHECK(verify().code == 1);
    CHECK_THAT(verify().err, Contains("not over these bytes"));
}

TEST_CASE("a plugin that was removed is gone with its approval") {
    harbor here;
    CHECK(here.plugin({"remove", "harbor"}).code == 0);
    CHECK_FALSE(fs::exists(here.file()));
    CHECK_THAT(here.plugin({"list"}).out, !Contains("approved"));
    CHECK(here.plugin({"remove", "harbor"}).code == 1);
    here.put("one");
    CHECK_THAT(here.plugin({"list"}).out, Contains("nobody approved it"));
}

}  // namespace tenon::test
