// The file: what it must be, and what is made of one that is not so.
#include "backup/backup_file.hpp"
#include "backup/reader.hpp"
#include "backup/writer.hpp"
#include "support/temp_dir.hpp"
#include "unit/backup/stock.hpp"

#include <sys/stat.h>

#include <limits>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

auto written(const backup_head& head) -> std::string {
    std::string bytes;
    backup_writer writer([&](std::string_view more) {
        bytes += more;
        return host::result<void>();
    });
    REQUIRE(writer.begin(head));
    REQUIRE(writer.finish({}));
    return bytes;
}

auto head_of_now() -> backup_head {
    backup_head head;
    head.tenon = "1.2.3";
    head.engine = "sqlite";
    for (const auto& one : built_in_migrations()) {
        head.migrations[one.version] = {std::string(one.name), std::string(one.checksum), {}};
    }
    return head;
}

// Every byte of the beginning, and then some of all: a whole check each.
auto next_of(std::size_t at) -> std::size_t {
    return at < 200 ? at + 1 : at + 7;
}

auto refusal(const std::string& bytes) -> error {
    const auto seal = sealer_of();
    const auto outcome = checked(bytes, seal.get());
    return outcome.has_error() ? outcome.error() : fail(errc::conflict, "it was taken");
}

}  // namespace

TEST_CASE("values come back as they were") {
    const std::vector<sql_value> values{
        sql_value(),
        true,
        false,
        std::int64_t(0),
        std::int64_t(-1),
        std::numeric_limits<std::int64_t>::min(),
        std::numeric_limits<std::int64_t>::max(),
        std::string(),
        std::string("h\xC3\xA9"),
        blob{},
        blob{std::string("\0\xFF", 2)}};
    std::string bytes;
    for (const auto& value : values) {
        append_value(bytes, value);
    }
    CHECK(read_values(bytes).value() == values);
    for (std::size_t size = 1; size < bytes.size(); ++size) {
        const auto part = read_values(std::string_view(bytes).substr(0, size));
        CHECK((part.has_error() || part->size() < values.size()));
    }
}

TEST_CASE("a backup that was cut off anywhere is refused") {
    test_database store(sql_engine::sqlite);
    stock(store.db(), *sealer_of());
    const auto bytes = backup_of(store.db());
    REQUIRE(checked(bytes, sealer_of().get()));
    for (std::size_t size = 0; size < bytes.size(); size = next_of(size)) {
        const auto why = refusal(bytes.substr(0, size));
        INFO(size << ": " << why.message);
        CHECK(why.code == errc::invalid_request);
        CHECK_THAT(why.message, Contains(size < 13 ? "no backup" : "cut off"));
    }
    CHECK_THAT(refusal(bytes + "x").message, Contains("behind its end"));
}

TEST_CASE("a backup in which any byte was changed is refused") {
    test_database store(sql_engine::sqlite);
    stock(store.db(), *sealer_of());
    auto bytes = backup_of(store.db());
    int taken = 0;
    for (std::size_t at = 0; at < bytes.size(); at = next_of(at)) {
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
        const auto why = refusal(bytes);
        taken += why.message == "it was taken" ? 1 : 0;
        bytes[at] = static_cast<char>(bytes[at] ^ 1);
    }
    CHECK(taken == 0);
    CHECK(checked(bytes, sealer_of().get()));
}

TEST_CASE("what is no backup, or is of a later format or schema, is told apart") {
    CHECK_THAT(refusal("SQLite format 3").message, Contains("it is no backup"));
    CHECK_THAT(refusal("").message, Contains("it is no backup"));
    CHECK_THAT(refusal("tenon-backup 2\n...").message, Contains("another format than 1"));
    auto head = head_of_now();
    CHECK(refusal(written(head)).message == "it was taken");
    head.migrations[9'999] = {"of_tomorrow", "checksum", {}};
    CHECK_THAT(refusal(written(head)).message, Contains("9999 (of_tomorrow)"));
    CHECK_THAT(refusal(written(head)).message, Contains("it is newer"));
    head = head_of_now();
    head.migrations[3].checksum = "another";
    CHECK_THAT(refusal(written(head)).message, Contains("migration 3"));
    head = head_of_now();
    head.migrations.erase(2);
    CHECK_THAT(refusal(written(head)).message, Contains("lacks migration 2"));
    head.migrations.clear();
    CHECK_THAT(refusal(written(head)).message, Contains("no head"));
}

TEST_CASE("a backup's file is its owner's only, and replaces nothing") {
    const temp_dir dir;
    const auto path = dir.path() / "today";
    {
        auto unkept = new_backup_file::create(path).value();
        REQUIRE(unkept->sink()("tenon-backup 1\nhalf of it"));
    }
    CHECK(fs::is_empty(dir.path()));
    auto file = new_backup_file::create(path).value();
    REQUIRE(file->sink()("tenon-backup 1\nall of it"));
    REQUIRE(file->keep());
    CHECK(read_file(path) == "tenon-backup 1\nall of it");
    struct stat about {};
    REQUIRE(::stat(path.c_str(), &about) == 0);
    CHECK((about.st_mode & 07777U) == 0600U);
    CHECK(new_backup_file::create(path).error().code == errc::conflict);  // an earlier one
    const auto other = dir.path() / "tenon.db";
    auto late = new_backup_file::create(other).value();
    (void)dir.write("tenon.db", "SQLite format 3");
    CHECK(late->keep().error().code == errc::conflict);
    CHECK(new_backup_file::create(other).error().code == errc::conflict);
    CHECK(read_file(other) == "SQLite format 3");
    CHECK(new_backup_file::create(dir.path() / "no" / "folder").error().code == errc::internal);
    CHECK(read_backup_file(dir.path() / "none").error().code == errc::not_found);
    CHECK(read_backup_file(dir.path()).error().code == errc::invalid_request);
}

}  // namespace tenon::test
