#include "base/redis_url.hpp"

#include "config_fixture.hpp"

using namespace tenon::host;
using namespace tenon::test;

TEST_CASE("a Redis is named by a URL, of which host alone is needed") {
    const auto full = parse_redis_url(secret("redis://tenon:p%40ss%2Fword@[::1]:6380/2"));
    REQUIRE(full.has_value());
    CHECK(full->host == "::1");
    CHECK(full->port == 6380);
    CHECK(full->user == "tenon");
    CHECK(full->password.reveal() == "p@ss/word");
    CHECK(full->database == 2);
    for (const char* const text : {"redis://cache.internal", "redis://cache.internal/"}) {
        const auto plain = parse_redis_url(secret(text));
        REQUIRE(plain.has_value());
        CHECK(plain->host == "cache.internal");
        CHECK(plain->port == 6379);
        CHECK(plain->user.empty());
        CHECK(plain->password.empty());
        CHECK(plain->database == 0);
    }
    CHECK(parse_redis_url(secret("redis://:pw@h:1/0")).value().password.reveal() == "pw");
}

TEST_CASE("another URL is refused for a Redis, and nothing of it is shown") {
    const char* const text = GENERATE(
        "redis:///0", "redis://:hunter2@", "redis://:hunter2@h:0/0", "redis://:hunter2@h:70000",
        "redis://:hunter2@h/x", "redis://:hunter2@h/1/2", "redis://:hunter2@h/1x",
        "redis://:hunter2@h/99999", "redis://:hunt#er2@h", "redis://hunter2@h",
        "redis://:hunter2@h?db=1", "http://:hunter2@h", "hunter2:6379", "redis://127.0.0.1.h/0 "
    );
    CAPTURE(text);
    const auto said = problem("redis: \"" + std::string(text) + "\"\n", "redis");
    CHECK_THAT(said, Catch::Contains("`redis` must be `redis://HOST:PORT/DATABASE`"));
    CHECK_THAT(said, !Catch::Contains("hunter2"));
}

TEST_CASE("TLS to a Redis is refused with what to do instead") {
    const auto said = problem("redis: rediss://:hunter2@h:6379\n", "redis");
    CHECK_THAT(said, Catch::Contains("TLS tunnel") && Catch::Contains("redis://127.0.0.1:6379"));
    CHECK_THAT(said, !Catch::Contains("hunter2"));
}

TEST_CASE("the prefix of keys is a word, and neither it nor a Redis is needed") {
    CHECK(loaded("").redis.empty());
    CHECK(loaded("").redis_prefix == "tenon:");
    CHECK(loaded("redis_prefix: 'acme/eu:'\n").redis_prefix == "acme/eu:");
    CHECK_THAT(problem("redis_prefix: 'a b'\n", "redis_prefix"), Catch::Contains("1 to 64"));
    CHECK_THAT(
        problem("redis_prefix: " + std::string(65, 'x') + "\n", "redis_prefix"),
        Catch::Contains("1 to 64")
    );
    const auto values = loaded("redis: redis://:hunter2@h\n");
    CHECK(value_of(values, "redis") == "(set)");
}
