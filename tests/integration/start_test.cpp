// What keeps a host from starting, and what it leaves behind then: nothing.
#include "integration/world.hpp"
#include "support/catch.hpp"
#include "unit/http/certificate.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

auto count_of(const std::string& text, const std::string& part) -> int {
    int count = 0;
    for (auto at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

}  // namespace

TEST_CASE("config check finds what would keep a host or a provider from serving") {
    temp_dir dir;
    const auto check = [&](const std::string& text, environment variables = {}) {
        const auto file = dir.path() / "tenon.yaml";
        write_file(file, "data_dir: " + (dir.path() / "data").string() + "\n" + text);
        return run_tenon({"config", "check", "--config", file.string()}, std::move(variables));
    };
    const std::string slack = "providers:\n  slack:\n    client_secret: s\n";
    CHECK(check(slack + "    client_id: a\n").code == 0);
    const auto slip = check(slack + "    clent_id: a\n");
    CHECK(slip.code == 1);
    CHECK_THAT(
        slip.err, Contains("tenon.yaml:5: providers.slack.clent_id: is unknown") &&
                      Contains("did you mean `client_id`?")
    );
    const auto several = check(
        slack +
        "    client_id: a\n    clent_id: a\ntls: {certificate: /no/c.pem, private_key: "
        "/no/k.pem}\nencryption: {key: short}\n"
    );
    CHECK(several.code == 1);
    CHECK_THAT(
        several.err, Contains("clent_id") && Contains("/no/c.pem") && Contains("hexadecimal")
    );
    const auto both = check(
        "listne: 127.0.0.1:1\ndatabase: redis:x\n" + slack +
        "    clent_id: a\n    redirect_uri: http://app.example/cb\n  nobody: {client_id: a}\n"
    );
    CHECK(both.code == 1);
    CHECK_THAT(
        both.err, Contains("tenon.yaml:2: unknown key `listne`") &&
                      Contains(":3: `database` must") && Contains(":7: providers.slack.clent_id") &&
                      Contains(":9: providers.nobody.plugin: no plugin serves 'nobody'")
    );
    CHECK(count_of(both.err, "redirect_uri") == 1);
    CHECK_THAT(both.err, !Contains("encryption key"));
    const auto catalogue = dir.path() / "catalogue.yaml";
    write_file(catalogue, "spotify: {\"client\": 1\n");
    CHECK(check("catalogue: " + catalogue.string() + "\n").code == 1);
    const auto keyless = check("database: postgresql://a@b/c\n");
    CHECK(keyless.code == 1);
    CHECK_THAT(keyless.err, Contains("no encryption key: with PostgreSQL"));
    CHECK_FALSE(fs::exists(dir.path() / "data"));
}

TEST_CASE("a provider with a key that there is not is refused, by file and line; the host serves on"
) {
    host_options options;
    options.config =
        "providers:\n  slack:\n    client_idd: a\n    client_secret: s\nbootstrap_api_key: " +
        std::string(operator_key) + "\n";
    host_process host(options);
    const auto text = read_file(host.config_file());
    const auto lines = count_of(text.substr(0, text.find("client_idd")), "\n");
    CHECK(host.wait_for_log(
        host.config_file().filename().string() + ":" + std::to_string(lines + 1) +
        ": providers.slack.client_idd: is unknown: did you mean `client_id`?"
    ));
    http_client api(host.url(), {{"X-API-Key", operator_key}, {"X-Tenon-User", "ann"}});
    CHECK(api.get("/api/integrations/status").status == 200);
    const auto refused =
        api.post("/api/integrations/connect/slack", {{"redirectUrl", "http://127.0.0.1:9/after"}});
    CHECK(refused.status == 403);
    CHECK_THAT(refused.body, Contains("client_idd"));
}

TEST_CASE("a configuration that can't be served is refused before anything is made") {
    temp_dir dir;
    const certificate one;
    const certificate other;
    const certificate expired({.ends_in = std::chrono::seconds(-60)});
    host_process running({});
    const auto tls = [](const certificate& shown, const certificate& key) {
        return "tls: {certificate: " + shown.file() + ", private_key: " + key.key_file() + "}\n";
    };
    const auto in_use = "listen: 127.0.0.1:" + std::to_string(running.port()) + "\n";
    struct row {
        std::string config;
        const char* told;
        int checked;  // what `config check` ends with: the port may be the running host's own
    };
    const std::vector<row> rows{
        {tls(one, other), "is not the key of", 1},
        {in_use, "in use", 0},
        {in_use + "admin_listen: 127.0.0.1:0\n", "in use", 0},
        {"listen: 203.0.113.7:80\npublic_url: https://x.example\n", "203.0.113.7:80", 1},
        {"listen: 127.0.0.1:9\nadmin_listen: 127.0.0.1:9\n", "admin_listen", 1},
        {"catalogue: /no/catalogue.yaml\n", "/no/catalogue.yaml", 1},
        {"outbound: {ca_file: /no/ca.pem}\n", "/no/ca.pem", 1},
        {"encryption: {key: short}\n", "hexadecimal", 1}};
    for (const auto& [config, told, checked] : rows) {
        CAPTURE(config);
        const auto file = dir.path() / "tenon.yaml";
        const std::string listen = config.starts_with("listen") ? "" : "listen: 127.0.0.1:0\n";
        write_file(file, listen + config + "data_dir: " + (dir.path() / "data").string() + "\n");
        const auto served = run_tenon({"serve", "--config", file.string()});
        CHECK(served.code == 1);
        CHECK_THAT(served.err, Contains(told));
        CHECK_FALSE(fs::exists(dir.path() / "data"));
        CHECK(run_tenon({"config", "check", "--config", file.string()}).code == checked);
    }
    const auto file = dir.path() / "tenon.yaml";
    write_file(file, tls(expired, expired) + "data_dir: " + (dir.path() / "data").string() + "\n");
    const auto told = run_tenon({"config", "check", "--config", file.string()});
    CHECK(told.code == 1);
    CHECK_THAT(told.err, Contains("has expired"));
}

TEST_CASE("a start that waits can be ended by a signal") {
    temp_dir dir;
    const auto pipe = dir.path() / "certificate.pem";
    REQUIRE(::mkfifo(pipe.c_str(), S_IRUSR | S_IWUSR) == 0);
    const auto config = dir.path() / "tenon.yaml";
    write_file(
        config, "listen: 127.0.0.1:0\ndata_dir: " + (dir.path() / "data").string() +
                    "\ntls: {certificate: " + pipe.string() + ", private_key: " + pipe.string() +
                    "}\n"
    );
    process host(
        {{"/bin/sh", "-c",
          "ulimit -n 200; exec '" + tenon_binary() + "' serve -c '" + config.string() + "'"},
         {},
         {},
         {},
         {}}
    );
    REQUIRE(host.wait_for_text("limits.connections is lowered", std::chrono::seconds(60)));
    const auto opened = ::open(pipe.c_str(), O_WRONLY | O_CLOEXEC);  // once the host reads
    REQUIRE(opened >= 0);
    host.signal(SIGTERM);
    CHECK(host.wait(std::chrono::seconds(20)).code == 128 + SIGTERM);
    ::close(opened);
}

}  // namespace tenon::test
