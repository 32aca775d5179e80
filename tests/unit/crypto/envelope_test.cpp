#include "crypto/envelope.hpp"

#include "crypto/encoding.hpp"
#include "crypto/random.hpp"
#include "sequence.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

#include <array>
#include <set>

using namespace tenon::host;

namespace {

constexpr sealed_place home{"org-1", "row-1", "grants.access_token"};
constexpr std::string_view text = "xoxb-the-token";

auto keys_of(std::initializer_list<char> fills) -> keyring {
    keyring keys;
    for (const char fill : fills) {
        if (keys.add(secret(std::string(key_size, fill)), std::string("key-") + fill).has_error()) {
            throw std::runtime_error("a key was not taken");
        }
    }
    return keys;
}

struct fixture {
    system_random random;
    sealer seal{keys_of({'a'}), random};
};

auto message_of(const result<secret>& opened) -> std::string {
    return opened.has_error() ? opened.error().message : "opened";
}

}  // namespace

TEST_CASE_METHOD(fixture, "what was sealed is opened again where it was sealed") {
    for (const auto& plain :
         {std::string(), std::string("x"), std::string(text), std::string(100'000, 'y'),
          std::string("\0\xff\0", 3)}) {
        const auto sealed = seal.seal(home, plain);
        CHECK(sealed.size() == 2 + 5 + 12 + plain.size() + 16);
        CHECK(seal.open(home, sealed).value().reveal() == plain);
        CHECK(
            sealed.find(plain.empty() ? "none" : plain.substr(0, 8)) ==
            (plain == "x" ? sealed.find('x') : std::string::npos)
        );
    }
}

TEST_CASE_METHOD(fixture, "the same text is never sealed the same twice") {
    std::set<std::string> seen;
    for (int i = 0; i < 200; ++i) {
        CHECK(seen.insert(seal.seal(home, text)).second);
    }
}

TEST_CASE("the format stays readable: version, key id, nonce, ciphertext, tag") {
    // Computed apart, by another implementation: the format must open what older releases sealed.
    tenon::test::sequence random;
    const sealer seal(keys_of({'a'}), random);
    const auto sealed = seal.seal(home, text);
    CHECK(sealed.substr(0, 7) == std::string("\x01\x05key-a"));
    CHECK(sealed.substr(7, 12) == std::string("\0\1\2\3\4\5\6\7\10\11\12\13", 12));
    CHECK(key_id_of(sealed) == "key-a");
    CHECK(
        to_hex(sealed.substr(19)) == "3cbeb151c045216534cc08120b936f1942b9460df92c575fc89a9ebb5d8f"
    );
}

TEST_CASE_METHOD(fixture, "a sealed value with any one bit flipped is refused") {
    const auto sealed = seal.seal(home, text);
    for (std::size_t bit = 0; bit < sealed.size() * 8; ++bit) {
        auto altered = sealed;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
        CAPTURE(bit);
        const auto opened = seal.open(home, altered);
        REQUIRE(opened.has_error());
        CHECK(opened.error().code == errc::internal);
    }
}

TEST_CASE_METHOD(fixture, "a sealed value cut or lengthened anywhere is refused") {
    const auto sealed = seal.seal(home, text);
    for (std::size_t size = 0; size < sealed.size(); ++size) {
        CAPTURE(size);
        REQUIRE(seal.open(home, sealed.substr(0, size)).has_error());
        REQUIRE(seal.open(home, sealed.substr(size + 1)).has_error());
    }
    CHECK(seal.open(home, sealed + '\0').has_error());
    CHECK(seal.open(home, sealed + sealed).has_error());
}

TEST_CASE_METHOD(fixture, "a value moved to another organization, row or field is refused") {
    const auto sealed = seal.seal(home, text);
    const auto others = std::to_array<sealed_place>({
        {"org-2", home.row, home.field},
        {home.org, "row-2", home.field},
        {home.org, home.row, "grants.refresh_token"},
        {home.row, home.org, home.field},
        {"", home.row, home.field},
        {home.org, "", home.field},
        {home.org, home.row, ""},
    });
    for (const auto& other : others) {
        CHECK(seal.open(other, sealed).has_error());
    }
    CHECK(seal.open(home, sealed).has_value());
}

TEST_CASE_METHOD(fixture, "no two places look alike when their parts are joined") {
    const auto sealed = seal.seal({"ab", "c", "d"}, text);
    CHECK(seal.open({"a", "bc", "d"}, sealed).has_error());
    CHECK(seal.open({"ab", "cd", ""}, sealed).has_error());
    CHECK(seal.open({"", "abc", "d"}, sealed).has_error());
    CHECK(seal.open({std::string_view("ab\0", 3), "c", "d"}, sealed).has_error());
}

TEST_CASE("older keys still open, and new values are sealed with the current one") {
    system_random random;
    const sealer before(keys_of({'a'}), random);
    const auto old_value = before.seal(home, text);
    auto keys = keys_of({'a', 'b'});
    REQUIRE(keys.promote("key-b"));
    const sealer after(std::move(keys), random);
    CHECK(after.current_key_id() == "key-b");
    CHECK(after.key_ids() == std::vector<std::string>{"key-a", "key-b"});
    CHECK(after.open(home, old_value).value().reveal() == text);
    CHECK(key_id_of(after.seal(home, text)) == "key-b");
}

TEST_CASE_METHOD(fixture, "a key that is not in the keyring is named, with what to do") {
    const sealer other(keys_of({'z'}), random);
    const auto opened = seal.open(home, other.seal(home, text));
    CHECK(message_of(opened).find("key-z") != std::string::npos);
    CHECK(message_of(opened).find("tenon keyring add") != std::string::npos);
    CHECK_FALSE(seal.knows_key("key-z"));
    CHECK(seal.knows_key("key-a"));
}

TEST_CASE_METHOD(fixture, "tampering, moving and a wrong key of the same id are told in one text") {
    const auto sealed = seal.seal(home, text);
    auto tampered = sealed;
    tampered.back() = static_cast<char>(tampered.back() ^ 1);
    keyring wrong;
    REQUIRE(wrong.add(secret(std::string(key_size, 'w')), "key-a"));
    const sealer impostor(std::move(wrong), random);
    const auto expected = message_of(seal.open(home, tampered));
    CHECK(message_of(seal.open({"org-2", home.row, home.field}, sealed)) == expected);
    CHECK(message_of(impostor.open(home, sealed)) == expected);
    CHECK(message_of(seal.open(home, "")) == expected);
    CHECK(message_of(seal.open(home, "plain text that nobody sealed")) == expected);
}

TEST_CASE("a key id that can't be shown never reaches a message") {
    system_random random;
    const sealer seal(keys_of({'a'}), random);
    std::string forged("\x01\x04x\ny\x1b", 6);
    forged.append(40, '\0');
    CHECK(message_of(seal.open(home, forged)).find('\n') == std::string::npos);
    CHECK_FALSE(key_id_of("").has_value());
    CHECK_FALSE(key_id_of("\x02\x01k").has_value());
    CHECK_FALSE(key_id_of(std::string("\x01\x00", 2) + std::string(28, 'x')).has_value());
}

TEST_CASE_METHOD(fixture, "the check of a key tells a wrong key from the right one") {
    const auto check = seal.make_check("key-a").value();
    CHECK(seal.verify_check("key-a", check));
    keyring wrong;
    REQUIRE(wrong.add(secret(std::string(key_size, 'w')), "key-a"));
    const sealer impostor(std::move(wrong), random);
    const auto refused = impostor.verify_check("key-a", check);
    REQUIRE(refused.has_error());
    CHECK(refused.error().message.find("key-a") != std::string::npos);
    CHECK(seal.make_check("key-q").has_error());
    CHECK(seal.verify_check("key-q", check).has_error());
    const sealer both(keys_of({'a', 'b'}), random);
    CHECK(both.verify_check("key-b", check).has_error());
    CHECK(seal.verify_check("key-a", seal.seal(home, text)).has_error());
}

TEST_CASE_METHOD(fixture, "a keyring is replaced while values stay readable") {
    const auto sealed = seal.seal(home, text);
    CHECK(seal.replace(keyring{}).error().code == errc::invalid_request);
    CHECK(seal.current_key_id() == "key-a");
    auto next = keys_of({'a', 'b'});
    REQUIRE(next.promote("key-b"));
    const auto replaced = seal.replace(std::move(next));
    REQUIRE(replaced.has_value());
    CHECK(seal.current_key_id() == "key-b");
    CHECK(seal.open(home, sealed).value().reveal() == text);
}

TEST_CASE("a sealer without a key can't be made") {
    system_random random;
    CHECK_THROWS_AS(sealer(keyring{}, random), std::invalid_argument);
}

TEST_CASE_METHOD(
    fixture, "what a text is blinded to tells nothing without the key, nor elsewhere"
) {
    const auto first = seal.blinded("erasures", text);
    REQUIRE(first.size() == 1);
    CHECK(first[0].size() == 32);
    CHECK(seal.blinded("erasures", text) == first);
    CHECK(seal.blinded("others", text) != first);
    CHECK(seal.blinded("erasures", "another") != first);
    const sealer stranger(keys_of({'b'}), random);
    CHECK(stranger.blinded("erasures", text) != first);

    auto keys = keys_of({'a', 'b'});
    REQUIRE(keys.promote("key-b").has_value());
    const auto replaced = seal.replace(std::move(keys));
    REQUIRE(replaced.has_value());
    const auto both = seal.blinded("erasures", text);
    REQUIRE(both.size() == 2);
    CHECK(both[0] == stranger.blinded("erasures", text)[0]);
    CHECK(both[1] == first[0]);
}
