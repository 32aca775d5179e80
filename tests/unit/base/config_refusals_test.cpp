// What a configuration is refused for.
#include "config_fixture.hpp"

using namespace tenon::host;
using namespace tenon::test;
using namespace std::string_view_literals;

TEST_CASE("an unknown key is named with file, line and the nearest one") {
    const auto text = problem("data_dir: var\nlisten_on: 1\nlisen: 127.0.0.1:1\n", "lisen");
    CHECK_THAT(text, Catch::Contains("not this one alone"));
    CHECK_THAT(
        problem("data_dir: var\n\nlisen: 127.0.0.1:1\n", "lisen"),
        Catch::Matches(".*/tenon.yaml:3: unknown key `lisen`: did you mean `listen`\\?")
    );
    CHECK_THAT(
        problem("limits:\n  body_byte: 1\n", "limits.body_byte"),
        Catch::Contains(":2: ") && Catch::Contains("`limits.body_bytes`?")
    );
    CHECK_THAT(
        problem("body_bytes: 1\n", "body_bytes"),
        Catch::Contains("did you mean `limits.body_bytes`?")
    );
    CHECK_THAT(problem("Listen: 127.0.0.1:1\n", "Listen"), Catch::Contains("`listen`?"));
    CHECK_THAT(problem("limit:\n  body_bytes: 1\n", "limit"), Catch::Contains("`limits`?"));
    CHECK_THAT(problem("provider:\n  slack: {}\n", "provider"), Catch::Contains("`providers`?"));
    CHECK_THAT(
        problem("completely_else: 1\n", "completely_else"), !Catch::Contains("did you mean")
    );
}

TEST_CASE("all problems are told at once, each with its place") {
    const auto read = load(
        "listen: 8080\nauto_migrate: perhaps\nlisen: x\nlimits: {body_bytes: huge}\ntimeouts: "
        "{idle: 5}\nlog: {level: loud}\n"
        "redirect_targets: [\"https://app.example:*\"]\n",
        {{"TENON_THREADS", "many"}}
    );
    REQUIRE(read.has_error());
    CHECK(read.error().code == errc::invalid_request);
    CHECK(read.error().details.size() == 8);
    const auto& message = read.error().message;
    for (const char* const part :
         {":1: `listen` must be ADDRESS:PORT", ":2: `auto_migrate` must be `true` or `false`",
          ":3: unknown key `lisen`", ":4: `limits.body_bytes` must be a whole number from 1024",
          ":5: `timeouts.idle` must be a time with its unit", ":6: `log.level` must be",
          ":7: `redirect_targets` holds `https://app.example:*`",
          "TENON_THREADS: `threads` must be"}) {
        CAPTURE(part);
        CHECK_THAT(message, Catch::Contains(part));
    }
}

TEST_CASE("units of bytes are offered where bytes are counted, and nowhere else") {
    CHECK_THAT(
        problem("limits: {body_bytes: huge}\n", "limits.body_bytes"), Catch::Contains("16KiB")
    );
    CHECK(loaded("limits: {body_bytes: 16KiB}\n").limits.body_bytes == 16'384);
    for (const std::string key : {"threads", "rate_limits.reads_per_second"}) {
        const auto dot = key.find('.');
        for (const std::string value : {"many", "1KiB"}) {
            const auto yaml =
                dot == std::string::npos
                    ? key + ": " + value + "\n"
                    : key.substr(0, dot) + ": {" + key.substr(dot + 1) + ": " + value + "}\n";
            const auto told = problem(yaml, key);
            CHECK_THAT(told, Catch::Contains("must be a whole number from 0 to"));
            CHECK_THAT(told, !Catch::Contains("KiB"));
        }
    }
}

TEST_CASE("values of the wrong shape are refused") {
    CHECK_THAT(problem("data_dir: [a]\n", "data_dir"), Catch::Contains("must be a single value"));
    CHECK_THAT(
        problem("data_dir: {a: b}\n", "data_dir"), Catch::Contains("must be a single value")
    );
    CHECK_THAT(
        problem("cors_origins: {a: b}\n", "cors_origins"), Catch::Contains("must be a list")
    );
    CHECK_THAT(
        problem("cors_origins: [[a]]\n", "cors_origins"),
        Catch::Contains("must be a list of single values")
    );
    CHECK_THAT(problem("limits: 5\n", "limits"), Catch::Contains("must be a map"));
    CHECK_THAT(problem("data_dir: a\ndata_dir: b\n", "data_dir"), Catch::Contains("there twice"));
    CHECK(loaded("cors_origins: https://a.example\n").cors_origins.size() == 1);
    CHECK(loaded("limits:\nlisten:\n").listen.port == 8080);
    CHECK(loaded("").listen.port == 8080);
}

TEST_CASE("a file that is missing or no YAML is told apart") {
    CHECK(load_settings("/nowhere/tenon.yaml", {}).error().code == errc::not_found);
    for (const char* const text :
         {"listen: [", "a: b: c", "- 1\n", "text", "listen: x\n---\nlisten: y\n", "\tlisten: x",
          "? [a]\n: b\n"}) {
        CAPTURE(text);
        const auto read = load(text);
        REQUIRE(read.has_error());
        CHECK(read.error().code == errc::invalid_request);
        CHECK_THAT(read.error().message, Catch::Contains("tenon.yaml"));
    }
    CHECK_THAT(load("listen: x\ndata_dir: [\n").error().message, Catch::Contains("not YAML"));
    CHECK(load(std::string(1000, '[')).has_error());
}

TEST_CASE("a file that is not UTF-8 text is refused, not taken for an empty one") {
    for (const auto text : {"\xff\xfe\0"sv, "listen: x\0"sv, "data_dir: \xe9\n"sv}) {
        CHECK_THAT(load(std::string(text)).error().message, Catch::Contains("is not UTF-8 text"));
    }
}

TEST_CASE("two listeners on one address are refused, unless the system chooses their ports") {
    CHECK_THAT(
        problem("listen: 127.0.0.1:8080\nadmin_listen: 127.0.0.1:8080\n", "admin_listen"),
        Catch::Contains("another address")
    );
    CHECK(load("listen: 127.0.0.1:0\nadmin_listen: 127.0.0.1:0\n").has_value());
    CHECK(load("listen: 127.0.0.1:8080\nadmin_listen: 127.0.0.2:8080\n").has_value());
}
