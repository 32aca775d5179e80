// `tenon restore`: what it takes, what it refuses, and what is left where it ends.
#include "integration/machine.hpp"
#include "support/catch.hpp"

#include <csignal>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

}  // namespace

TEST_CASE("restore --verify opens all that is sealed, and touches no database") {
    world here(portable_options(any_engine()));
    here.connected();
    const auto file = here.host().dir() / "backup";
    const auto made = back_up(here, file);
    const auto bytes = read_file(file);
    const auto verify = [&](const std::string& key) {
        machine there(here, engine::sqlite, key);
        auto done = there.tenon({"restore", "--verify", file.string()});
        CHECK_FALSE(fs::exists(there.database_url().substr(7)));
        CHECK_FALSE(fs::exists(there.data_dir()));
        return done;
    };
    const auto sound = verify(encryption_key);
    INFO(sound.err << sound.out);
    CHECK(sound.code == 0);
    CHECK_THAT(sound.out, Contains("values: all open"));
    CHECK_THAT(sound.out, Contains("  connections  1 rows"));
    const auto digest = made.out.find("SHA-256 ");
    REQUIRE(digest != std::string::npos);
    CHECK_THAT(sound.out, Contains(made.out.substr(digest, 8 + 64)));

    const auto missing = verify(std::string(64, 'c'));
    CHECK(missing.code == 1);
    CHECK_THAT(missing.out, Contains("the key is MISSING"));
    CHECK_THAT(missing.err, Contains("are missing: "));
    CHECK_THAT(verify("").err, Contains("are missing: "));

    write_file(file, bytes.substr(0, bytes.size() / 2));
    CHECK_THAT(verify(encryption_key).err, Contains("it was cut off"));
    auto flipped = bytes;
    flipped[bytes.size() / 2] = static_cast<char>(flipped[bytes.size() / 2] ^ 0x20);
    write_file(file, flipped);
    CHECK_THAT(verify(encryption_key).err, Contains("damaged"));
    write_file(file, "SQLite format 3");
    CHECK_THAT(verify(encryption_key).err, Contains("it is no backup"));
    fs::remove(file);
    CHECK_THAT(verify(encryption_key).err, Contains("No such file"));
}

TEST_CASE("a restore without the keys is refused before it begins, unless it is asked for") {
    world here(portable_options(engine::sqlite));
    here.connected();
    const auto file = here.host().dir() / "backup";
    back_up(here, file);
    machine there(here, any_engine(), std::string(64, 'c'));
    const auto refused = there.tenon({"restore", file.string()});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("--without-keys"));
    const auto asked_for = there.tenon({"restore", "--without-keys", file.string()});
    CHECK(asked_for.code == 0);
    CHECK_THAT(asked_for.err, Contains("are missing: "));
    CHECK_THROWS_WITH(there.start(), Contains("is missing, and"));
    const auto again = there.tenon({"restore", "--without-keys", file.string()});
    CHECK(again.code == 1);
    CHECK_THAT(again.err, Contains("the database is not empty"));
}

TEST_CASE("a restore that is killed on its way left nothing, and is done again") {
    world here(portable_options(engine::sqlite));
    here.connected();
    here.host().stop();
    here.change_database(
        "INSERT INTO connections SELECT 'more-' || value, org_id, 'user-' || value, provider, "
        "account_id, status, status_reason, scope, metadata, connect_params, NULL, NULL, 1, 1 "
        "FROM connections, (WITH RECURSIVE counted(value) AS (SELECT 1 UNION ALL SELECT value + 1 "
        "FROM counted WHERE value < 40000) SELECT value FROM counted)"
    );
    const auto file = here.host().dir() / "backup";
    back_up(here, file);
    machine there(here, any_engine());
    const bool embedded = there.database_url().starts_with("sqlite:");
    const auto written = [&]() -> std::int64_t {
        if (embedded) {
            const auto log = there.database_url().substr(7) + "-wal";
            return fs::exists(log) ? static_cast<std::int64_t>(fs::file_size(log)) : 0;
        }
        return there.count("SELECT COALESCE(pg_relation_size(to_regclass('connections')), 0)");
    };
    const std::int64_t many = embedded ? 4'000'000 : 1'000'000;
    {
        const auto restoring = there.begin({"restore", file.string()});
        // Its tables are made: until then it holds locks that a look would wait for.
        REQUIRE(soon([&] { return written() > 0; }));
        // It runs between two looks only, so that its way is not over before one of them.
        const auto is_on_its_way = [&] {
            restoring->signal(SIGSTOP);
            const bool seen = written() > many;
            if (!seen) {
                restoring->signal(SIGCONT);
            }
            return seen;
        };
        REQUIRE(soon(is_on_its_way));
        REQUIRE(restoring->running());
        restoring->signal(SIGKILL);
        restoring->wait(std::chrono::seconds(30));
    }
    CHECK(there.count("SELECT COUNT(*) FROM connections") == 0);
    const auto again = there.tenon({"restore", file.string()});
    INFO(again.err);
    REQUIRE(again.code == 0);
    CHECK(there.count("SELECT COUNT(*) FROM connections") == 40'001);
}

TEST_CASE("the role that serves backs up, the one that owns the schema restores") {
    auto options = portable_options(engine::postgresql);
    options.service_role = "tenon_service";
    world here(options);
    const auto id = here.connected();
    const auto file = here.host().dir() / "backup";
    back_up(here, file);
    here.host().stop();
    machine there(here, engine::postgresql);
    const auto restored = there.tenon({"restore", file.string()});
    INFO(restored.err);
    REQUIRE(restored.code == 0);
    CHECK(there.tenon({"migrate", "up", "--grant-to", "tenon_service"}).code == 0);
    there.start();
    CHECK(there.api().get(here.token_path(id)).status == 200);
}

TEST_CASE("a restore waits for no host: it is refused where one serves") {
    world here(portable_options(engine::sqlite));
    const auto file = here.host().dir() / "backup";
    back_up(here, file);
    const auto refused =
        run_tenon({"restore", file.string(), "--config", here.host().config_file().string()});
    CHECK(refused.code == 1);
    CHECK_THAT(refused.err, Contains("another tenon serves from"));
}

}  // namespace tenon::test
