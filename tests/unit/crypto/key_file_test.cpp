#include "crypto/key_file.hpp"

#include "crypto/encoding.hpp"
#include "sequence.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

#include <sys/stat.h>

#include <thread>
#include <vector>

using namespace tenon::host;
using tenon::test::read_file;
using tenon::test::temp_dir;
namespace fs = std::filesystem;

namespace {

auto key_of(char fill) -> secret {
    return secret(std::string(key_size, fill));
}

auto hex_of(char fill) -> std::string {
    return to_hex(std::string(key_size, fill));
}

auto write_private(const temp_dir& folder, std::string_view text) -> fs::path {
    auto path = folder.write("keys", text);
    fs::permissions(path, fs::perms::owner_read | fs::perms::owner_write);
    return path;
}

auto problem_of(const temp_dir& folder, std::string_view text) -> std::string {
    const auto loaded = load_key_file(write_private(folder, text));
    return loaded.has_error() ? loaded.error().message : std::string();
}

}  // namespace

TEST_CASE("a key file holds what was saved in it, and only its owner may read it") {
    const temp_dir folder;
    const auto path = folder.path() / "keys";
    keyring keys;
    REQUIRE(keys.add(key_of('a'), "old"));
    REQUIRE(keys.add(key_of('b'), "new"));
    REQUIRE(keys.promote("new"));
    REQUIRE(save_key_file(path, keys));
    CHECK(
        (fs::status(path).permissions() & fs::perms::mask) ==
        (fs::perms::owner_read | fs::perms::owner_write)
    );
    const auto loaded = load_key_file(path).value();
    CHECK(loaded.current_id() == "new");
    REQUIRE(loaded.list().size() == 2);
    CHECK(loaded.list()[0].id == "old");
    CHECK(loaded.find("old")->equals(key_of('a')));
    CHECK(loaded.find("new")->equals(key_of('b')));
    CHECK(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()) == 1);
}

TEST_CASE("a key file that others may read is refused with the command that mends it") {
    const temp_dir folder;
    const auto path = write_private(folder, "k1 " + hex_of('a') + "\n");
    REQUIRE(load_key_file(path));
    for (const auto extra :
         {fs::perms::group_read, fs::perms::others_read, fs::perms::group_write}) {
        fs::permissions(path, fs::perms::owner_read | extra);
        const auto loaded = load_key_file(path);
        REQUIRE(loaded.has_error());
        CHECK(loaded.error().code == errc::invalid_request);
        CHECK(loaded.error().message.find("chmod 600 " + path.string()) != std::string::npos);
    }
}

TEST_CASE(
    "what an operator writes by hand is read: comments, blanks, base64, a single key without a mark"
) {
    const temp_dir folder;
    const auto path =
        write_private(folder, "# mine\r\n\n\t k1\t" + to_base64(std::string(32, 'a')) + "  \r\n");
    const auto loaded = load_key_file(path).value();
    CHECK(loaded.current_id() == "k1");
    CHECK(loaded.find("k1")->equals(key_of('a')));
}

TEST_CASE("without a mark the first key is current, and stays unmarked until one is promoted") {
    const temp_dir folder;
    const auto path = write_private(folder, "k1 " + hex_of('a') + "\nk2 " + hex_of('b') + "\n");
    const auto add_third = [](keyring& keys) { return keys.add(key_of('c'), "k3"); };
    REQUIRE(edit_key_file(path, add_third));
    CHECK(load_key_file(path).value().current_id() == "k1");
    CHECK_FALSE(load_key_file(path).value().has_promoted());
    REQUIRE(edit_key_file(path, [](keyring& keys) { return keys.promote("k1"); }));
    CHECK(load_key_file(path).value().has_promoted());
}

TEST_CASE("what is wrong in a key file is named by its line, and no key is shown") {
    const temp_dir folder;
    const auto a = hex_of('a');
    const auto b = hex_of('b');
    CHECK(problem_of(folder, "").find("holds no key") != std::string::npos);
    CHECK(
        problem_of(folder, "* k1 " + a + "\n* k2 " + b + "\n").find("line 2") != std::string::npos
    );
    CHECK(
        problem_of(folder, "# x\nk1 " + a + "\nk1 " + b + "\n").find("line 3") != std::string::npos
    );
    CHECK(problem_of(folder, "k1\n").find("`[*] ID KEY`") != std::string::npos);
    CHECK(problem_of(folder, "k1 " + a + " " + b).find("`[*] ID KEY`") != std::string::npos);
    const auto damaged = problem_of(folder, "k1 " + a.substr(1) + "\n");
    CHECK(damaged.find("line 1") != std::string::npos);
    CHECK(damaged.find(a.substr(1, 16)) == std::string::npos);
    CHECK(problem_of(folder, std::string(70'000, '#')).find("64 KiB") != std::string::npos);
}

TEST_CASE("a missing key file and a folder in its place are told apart") {
    const temp_dir folder;
    CHECK(load_key_file(folder.path() / "none").error().code == errc::not_found);
    CHECK(load_key_file(folder.path()).error().code == errc::invalid_request);
}

TEST_CASE("an edit that fails leaves the file as it was") {
    const temp_dir folder;
    const auto path = write_private(folder, "k1 " + hex_of('a') + "\n");
    const auto before = read_file(path);
    const auto edited = edit_key_file(path, [](keyring& keys) { return keys.promote("k2"); });
    CHECK(edited.error().code == errc::not_found);
    CHECK(read_file(path) == before);
    const auto unwritable =
        edit_key_file(folder.path() / "no" / "keys", [](keyring&) { return result<void>(); });
    CHECK(unwritable.error().code == errc::internal);
}

TEST_CASE("edits made at the same time are all kept") {
    const temp_dir folder;
    const auto path = folder.path() / "keys";
    std::vector<std::thread> editors;
    for (char name = 'a'; name < 'i'; ++name) {
        editors.emplace_back([&path, name] {
            const auto add = [name](keyring& keys) {
                return keys.add(key_of(name), std::string(1, name));
            };
            if (edit_key_file(path, add).has_error()) {
                throw std::runtime_error("an edit failed");
            }
        });
    }
    for (auto& editor : editors) {
        editor.join();
    }
    CHECK(load_key_file(path).value().list().size() == 8);
}

TEST_CASE("a salt is made once and found again") {
    const temp_dir folder;
    const auto path = folder.path() / "salt";
    tenon::test::sequence random;
    const auto made = load_or_make_salt(path, random).value();
    CHECK(made.salt.size() == passphrase_salt_size);
    CHECK(made.rounds == min_passphrase_rounds);
    const auto again = load_or_make_salt(path, random).value();
    CHECK(again.salt == made.salt);
    CHECK(again.rounds == made.rounds);
    CHECK((fs::status(path).permissions() & fs::perms::group_read) == fs::perms::none);
}

TEST_CASE("a damaged salt is refused rather than replaced") {
    const temp_dir folder;
    tenon::test::sequence random;
    for (const char* const text :
         {"", "pbkdf2-sha256 600000", "pbkdf2-sha256 x 00112233445566778899aabbccddeeff",
          "scrypt 600000 00112233445566778899aabbccddeeff",
          "pbkdf2-sha256 600000 0011223344556677889", "pbkdf2-sha256 -1 00\n"}) {
        CAPTURE(text);
        const auto path = write_private(folder, text);
        CHECK(load_or_make_salt(path, random).error().code == errc::invalid_request);
        CHECK(read_file(path) == text);
    }
}

TEST_CASE("a pipe is no key file, and nobody waits for what comes out of it") {
    const temp_dir folder;
    const auto path = folder.path() / "keys";
    REQUIRE(::mkfifo(path.c_str(), S_IRUSR | S_IWUSR) == 0);
    const auto refused = load_key_file(path);
    REQUIRE(refused.has_error());
    CHECK_THAT(refused.error().message, Catch::Contains("is not a regular file"));
}
