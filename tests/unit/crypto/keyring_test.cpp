#include "crypto/keyring.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "sequence.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

using namespace tenon::host;

namespace {

auto stored_key(char fill) -> secret {
    return secret(std::string(key_size, fill));
}

constexpr std::string_view hex_key =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

}  // namespace

TEST_CASE("a key is taken as hexadecimal and as base64 in either alphabet, padded or not") {
    const auto expected = from_hex(hex_key).value();
    for (const char* const text :
         {"000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
          "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
          "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8",
          "  AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8\n"}) {
        CAPTURE(text);
        CHECK(parse_key(text).value().reveal() == expected);
    }
    const std::string high(key_size, '\xff');
    for (const auto& text : {to_base64(high), to_base64url(high), to_base64(high).substr(0, 43)}) {
        CHECK(parse_key(text).value().reveal() == high);
    }
}

TEST_CASE("a key of another length or alphabet is refused without being shown") {
    const std::string too_short(hex_key.substr(2));
    for (const std::string& text :
         {std::string(), std::string("  "), std::string("password"), too_short,
          std::string(hex_key) + "00", "g" + std::string(hex_key.substr(1)),
          to_base64(std::string(31, 'x')), to_base64(std::string(33, 'x')),
          std::string("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh=")}) {
        CAPTURE(text);
        const auto parsed = parse_key(text);
        REQUIRE(parsed.has_error());
        CHECK(parsed.error().code == errc::invalid_request);
        CHECK(
            parsed.error().message.find("64 hexadecimal digits or base64 of 32 bytes") !=
            std::string::npos
        );
        CHECK((text.size() < 4 || parsed.error().message.find(text) == std::string::npos));
    }
}

TEST_CASE("the first key is current until another one is promoted") {
    keyring keys;
    CHECK(keys.empty());
    CHECK(keys.current_id().empty());
    REQUIRE(keys.add(stored_key('a'), "old"));
    REQUIRE(keys.add(stored_key('b'), "new"));
    CHECK(keys.current_id() == "old");
    REQUIRE(keys.promote("new"));
    CHECK(keys.current_id() == "new");
    CHECK(keys.promote("nowhere").error().code == errc::not_found);
    CHECK(keys.current_id() == "new");
    const auto listed = keys.list();
    REQUIRE(listed.size() == 2);
    CHECK(listed[0].id == "old");
    CHECK_FALSE(listed[0].current);
    CHECK(listed[1].current);
    CHECK(keys.find("old")->equals(stored_key('a')));
    CHECK(keys.find("other") == nullptr);
}

TEST_CASE("a key without an id is called by its own hash") {
    keyring keys;
    REQUIRE(keys.add(secret(from_hex(hex_key).value())));
    CHECK(keys.current_id() == "630dcd29");
}

TEST_CASE("a key that is there already changes nothing, and no id names two keys") {
    keyring keys;
    REQUIRE(keys.add(stored_key('a'), "one"));
    REQUIRE(keys.add(stored_key('a'), "one"));
    REQUIRE(keys.add(stored_key('a')));
    CHECK(keys.list().size() == 1);
    CHECK(keys.add(stored_key('b'), "one").error().code == errc::conflict);
    CHECK(keys.add(stored_key('a'), "two").error().code == errc::conflict);
    CHECK(keys.find("one")->equals(stored_key('a')));
}

TEST_CASE("ids that could not be stored or shown are refused, and so are keys of a wrong length") {
    keyring keys;
    for (const auto& id :
         {std::string("with space"), std::string("line\n"), std::string("*"), std::string("ü"),
          std::string(65, 'x'), std::string("a\0b", 3)}) {
        CHECK(keys.add(stored_key('a'), id).error().code == errc::invalid_request);
    }
    CHECK(keys.add(secret(std::string(31, 'a'))).error().code == errc::invalid_request);
    CHECK(keys.add(secret(std::string(33, 'a'))).error().code == errc::invalid_request);
    CHECK(keys.empty());
    CHECK(keys.add(stored_key('a'), std::string(64, 'x')));
}

TEST_CASE("generated keys are new") {
    system_random random;
    keyring keys;
    const auto first = keys.generate(random).value();
    const auto second = keys.generate(random).value();
    CHECK(first != second);
    CHECK(keys.current_id() == first);
    CHECK(keys.find(second)->reveal().size() == key_size);
    tenon::test::sequence sequence;
    CHECK(keys.generate(sequence).value() == "630dcd29");
}

TEST_CASE("a passphrase makes the key that PBKDF2-HMAC-SHA256 says") {
    // hashlib.pbkdf2_hmac('sha256', b'correct horse', b'0123456789abcdef', 600000).hex()
    const auto key = key_from_passphrase(secret("correct horse"), "0123456789abcdef", 600'000);
    CHECK(
        to_hex(key.value().reveal()) ==
        "91828083f760ed60bb550e24f3e89aa29bbcb27c4219d034c4c4f03c2e6db9d9"
    );
}

TEST_CASE("a passphrase is refused when it is empty, unsalted or too cheap to guess") {
    const secret passphrase("correct horse");
    CHECK(key_from_passphrase(secret(""), "0123456789abcdef", 600'000).has_error());
    CHECK(key_from_passphrase(passphrase, "0123456789abcde", 600'000).has_error());
    CHECK(key_from_passphrase(passphrase, "0123456789abcdef", 599'999).has_error());
    CHECK(key_from_passphrase(passphrase, "0123456789abcdef", 4'000'000'000U).has_error());
}
