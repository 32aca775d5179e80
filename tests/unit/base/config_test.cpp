#include "base/config.hpp"

#include "config_fixture.hpp"

#include <algorithm>

using namespace tenon::host;
using namespace tenon::test;

TEST_CASE("without a file and a variable everything has its default") {
    const auto values = load_settings("", {}).value();
    CHECK(values.listen.host == "127.0.0.1");
    CHECK(values.listen.port == 8080);
    CHECK(values.database.reveal() == "sqlite:var/tenon.db");
    CHECK(values.redirect_targets == std::vector<std::string>{"http://127.0.0.1:*"});
    CHECK(values.auto_migrate);
    CHECK(values.providers.empty());
    CHECK(values.encryption.keys.empty());
    CHECK(public_url_for(values, 8123) == "http://127.0.0.1:8123");
}

TEST_CASE("the file that comes with the host holds every key and says the defaults") {
    const std::filesystem::path path = TENON_SOURCE_DIR "/config/tenon.yaml";
    const auto shipped = load_settings(path, {}).value();
    CHECK(describe_settings(shipped) == describe_settings(load_settings("", {}).value()));
    CHECK(shipped.providers.empty());
    // A key that is not there would be at its default, too.
    const auto text = "\n" + tenon::test::read_file(path);
    for (const auto& [name, value] : describe_settings(shipped)) {
        CAPTURE(name);
        const auto dot = name.find('.');
        const auto group = dot == std::string::npos ? std::string::npos
                                                    : text.find("\n" + name.substr(0, dot) + ":\n");
        CHECK((dot == std::string::npos || group != std::string::npos));
        const auto line =
            dot == std::string::npos ? "\n" + name + ":" : "\n  " + name.substr(dot + 1) + ":";
        const auto at = text.find(line, dot == std::string::npos ? 0 : group);
        REQUIRE(at != std::string::npos);
        const auto shown =
            text.substr(at + line.size(), text.find('\n', at + 1) - at - line.size());
        const bool variable = shown.starts_with(" ${");
        CHECK((variable || value.empty() || name == "database" || !shown.empty()));
    }
}

TEST_CASE("each key is read from the file, from its own variable, and the variable is stronger") {
    const auto values = loaded(
        "listen: 0.0.0.0:1\npublic_url: https://tenon.example/\nlog: {level: debug, format: json}\n"
    );
    CHECK(values.listen.host == "0.0.0.0");
    CHECK(values.public_url == "https://tenon.example");
    CHECK(values.level == log_level::debug);
    const environment_map variables = {
        {"TENON_LISTEN", "[::1]:2"},
        {"TENON_LOG_LEVEL", "warn"},
        {"TENON_LIMITS_BODY_BYTES", "2MiB"},
        {"TENON_TIMEOUTS_IDLE", "90s"},
        {"TENON_AUTO_MIGRATE", "no"},
        {"TENON_DATABASE", "postgresql://u:pw@db/tenon"},
        {"TENON_CORS_ORIGINS", "https://a.example, https://b.example:8443"},
        {"TENON_PUBLIC_URL", "https://t.example"},
        {"TENON_DATA_DIR", ""}};
    const auto changed = loaded(
        "listen: 0.0.0.0:1\nlog: {level: debug}\ndata_dir: d\nlimits: {body_bytes: 4096}\n",
        variables
    );
    CHECK(value_of(changed, "listen") == "[::1]:2");
    CHECK(changed.level == log_level::warn);
    CHECK(changed.limits.body_bytes == 2 * 1024 * 1024);
    CHECK(changed.timeouts.idle == milliseconds(90'000));
    CHECK_FALSE(changed.auto_migrate);
    CHECK(changed.database.reveal() == "postgresql://u:pw@db/tenon");
    CHECK(
        changed.cors_origins ==
        std::vector<std::string>{"https://a.example", "https://b.example:8443"}
    );
    CHECK(changed.data_dir == "d");
}

TEST_CASE("every key has a variable that is heard") {
    const auto defaults = load_settings("", {}).value();
    for (const auto& [name, text] : describe_settings(defaults)) {
        std::string variable = "TENON_" + name;
        std::ranges::transform(variable, variable.begin(), [](char c) {
            return c == '.' ? '_' : static_cast<char>(std::toupper(c));
        });
        CAPTURE(variable);
        // A text that no number, time, address or choice takes; where text is taken it is there, or
        // a secret is set.
        const auto read = load_settings("", {{variable, "http://x"}});
        if (read.has_error()) {
            // A certificate misses its key, and the other way round.
            CHECK(
                read.error().message.find("`" + name.substr(0, name.find('.'))) != std::string::npos
            );
        } else {
            CHECK(value_of(*read, name) != text);
        }
    }
}

TEST_CASE("variables are filled in where the file names them") {
    const environment_map variables = {
        {"HOST", "10.0.0.1"}, {"EMPTY", ""}, {"URL", "https://t.example"}};
    const auto values = loaded(
        "listen: \"${HOST}:80\"\npublic_url: ${URL}\ndata_dir: ${NOWHERE}\nenvironment: "
        "${EMPTY:-staging}\n"
        "catalogue: a$${HOST}b\nplugin_dirs: [\"${NOWHERE}\", \"${HOST:-x}/p\"]\n",
        variables
    );
    CHECK(value_of(values, "listen") == "10.0.0.1:80");
    CHECK(values.data_dir == "var");
    CHECK(values.environment == "staging");
    CHECK(values.catalogue == "a${HOST}b");
    CHECK(values.plugin_dirs == std::vector<std::string>{"10.0.0.1/p"});
    CHECK_THAT(
        problem("data_dir: a/${NOWHERE}\n", "data_dir"), Catch::Contains("NOWHERE is not set")
    );
    CHECK_THAT(problem("data_dir: a${NOWHERE\n", "data_dir"), Catch::Contains("without a `}`"));
    // What a variable holds is not looked into again.
    CHECK(loaded("data_dir: ${A}\n", {{"A", "${B}"}, {"B", "x"}}).data_dir == "${B}");
}

TEST_CASE("public_url is https, or on loopback, and needed where others can reach the host") {
    CHECK(loaded("public_url: http://127.0.0.1:8080/\n").public_url == "http://127.0.0.1:8080");
    CHECK(loaded("public_url: https://t.example/base\n").public_url == "https://t.example/base");
    for (const char* const url :
         {"http://t.example", "t.example", "https://u@t.example", "https://t.example/?a",
          "https://t.example/#a", "http://127.0.0.1.t.example"}) {
        CAPTURE(url);
        CHECK_THAT(
            problem("public_url: \"" + std::string(url) + "\"\n", "public_url"),
            Catch::Contains("must be an https URL")
        );
    }
    CHECK_THAT(problem("listen: 0.0.0.0:80\n", "public_url"), Catch::Contains("is needed"));
    CHECK(
        public_url_for(loaded("listen: \"[::1]:0\"\ntls: {certificate: c, private_key: k}\n"), 5) ==
        "https://[::1]:5"
    );
}

TEST_CASE("values that can't work together are refused") {
    CHECK_THAT(
        problem("tls: {certificate: c.pem}\n", "tls.private_key"), Catch::Contains("is missing")
    );
    CHECK_THAT(
        problem("tls: {private_key: k.pem}\n", "tls.certificate"), Catch::Contains("is missing")
    );
    CHECK_THAT(problem("database: mysql://db\n", "database"), Catch::Contains("sqlite:PATH"));
    CHECK_THAT(
        problem("bootstrap_api_key: short-secret\n", "bootstrap_api_key"),
        Catch::Contains("12 characters")
    );
    CHECK_THAT(
        problem("trusted_proxies: [10.0.0.0/8, 10.0.0.0/33]\n", "trusted_proxies"),
        Catch::Contains("10.0.0.0/33")
    );
    CHECK_THAT(
        problem("trusted_proxies: [proxy]\n", "trusted_proxies"), Catch::Contains("`proxy`")
    );
    CHECK(
        loaded("trusted_proxies: [10.0.0.1, \"fd00::/8\", \"::1\"]\n").trusted_proxies.size() == 3
    );
    CHECK_THAT(
        problem("cors_origins: [\"https://a.example/\"]\n", "cors_origins"),
        Catch::Contains("origin")
    );
    CHECK_THAT(problem("cors_origins: [\"*\"]\n", "cors_origins"), Catch::Contains("origin"));
    CHECK_THAT(
        problem("timeouts: {operation: 3m}\n", "timeouts.operation"), Catch::Contains("shorter")
    );
    CHECK_THAT(problem("outbound: {proxy: proxy}\n", "outbound.proxy"), Catch::Contains("URL"));
    CHECK(
        loaded("outbound: {proxy: \"http://me:pw@proxy:3128\"}\n").outbound.proxy ==
        "http://me:pw@proxy:3128"
    );
}

TEST_CASE("the encryption key has the names that people know, the file first") {
    const auto first = [](const settings& values) {
        return std::string(values.encryption.keys.at(0).reveal());
    };
    for (const char* const name :
         {"TOKEN_ENCRYPTION_KEY", "ENCRYPTION_KEY", "INTEGRATION_ENCRYPTION_KEY",
          "TENON_ENCRYPTION_KEY"}) {
        CHECK(first(loaded("", {{name, "abc"}})) == "abc");
    }
    CHECK(first(loaded("encryption: {key: mine}\n", {{"ENCRYPTION_KEY", "abc"}})) == "mine");
    CHECK(first(loaded("encryption: {key: mine}\n", {{"TENON_ENCRYPTION_KEY", "abc"}})) == "abc");
    CHECK(loaded("encryption: {key: [new, old]}\n").encryption.keys.size() == 2);
    const auto differ = problem(
        "", "encryption.key",
        {{"ENCRYPTION_KEY", "abc-secret"}, {"TOKEN_ENCRYPTION_KEY", "def-secret"}}
    );
    CHECK_THAT(
        differ, Catch::Contains("differs from TOKEN_ENCRYPTION_KEY") && !Catch::Contains("secret")
    );
    CHECK(first(loaded("", {{"ENCRYPTION_KEY", "abc"}, {"TOKEN_ENCRYPTION_KEY", "abc"}})) == "abc");
}

TEST_CASE("what is printed of a secret is whether it is set") {
    const auto values = loaded(
        "bootstrap_api_key: 0123456789abcdef0123456789abcdef\nencryption: {key: k1-secret, "
        "passphrase: p-secret}\n"
        "database: postgresql://u:pw-secret@db/t\n"
    );
    for (const auto& [name, text] : describe_settings(values)) {
        CHECK(text.find("secret") == std::string::npos);
        CHECK(text.find("0123456789abcdef") == std::string::npos);
    }
    CHECK(value_of(values, "encryption.key") == "(set)");
    CHECK(value_of(values, "database") == "(set)");
}
