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
    CHECK_THAT(slip.err, Contains("providers.slack.clent_id") && Contains("`client_id`"));
    const auto several = check(
        slack +
        "    client_id: a\n    clent_id: a\ntls: {certificate: /no/c.pem, private_key: "
        "/no/k.pem}\nencryption: {key: short}\n"
    );
    CHECK(several.code == 1);
    CHECK_THAT(
        several.err, Contains("clent_id") && Contains("/no/c.pem") && Contains("hexadecimal")
    );
    const auto catalogue = dir.path() / "catalogue.yaml";
    write_file(catalogue, "spotify: {\"client\": 1\n");
    CHECK(check("catalogue: " + catalogue.string() + "\n").code == 1);
    CHECK(check("database: postgresql://a@b/c\n").code == 1);
    CHECK_FALSE(fs::exists(dir.path() / "data"));
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
