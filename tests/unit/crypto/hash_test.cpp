#include "crypto/hash.hpp"

#include "crypto/gcm.hpp"
#include "crypto/hkdf.hpp"
#include "crypto/running_hash.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <array>
#include <thread>
#include <vector>

using namespace tenon::host;

namespace {

auto bytes(std::string_view hex) -> std::string {
    return from_hex(hex).value();
}

}  // namespace

TEST_CASE("SHA-256 is the one of FIPS 180-4") {
    CHECK(to_hex(sha256("")) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(
        to_hex(sha256("abc")) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    CHECK(
        to_hex(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
}

TEST_CASE("what comes piece by piece has the digest of the whole") {
    running_sha256 pieces;
    for (const auto* piece : {"a", "", "bc"}) {
        pieces.add(piece);
    }
    CHECK(pieces.finish() == sha256("abc"));
    CHECK(running_sha256().finish() == sha256(""));
}

TEST_CASE("HMAC-SHA256 is the one of RFC 4231") {
    struct vector {
        std::string key, data, mac;
    };
    const auto vectors = std::to_array<vector>(
        {{std::string(20, '\x0b'), "Hi There",
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
         {"Jefe", "what do ya want for nothing?",
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
         {std::string(20, '\xaa'), std::string(50, '\xdd'),
          "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
         {bytes("0102030405060708090a0b0c0d0e0f10111213141516171819"), std::string(50, '\xcd'),
          "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
         {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
         {std::string(131, '\xaa'),
          "This is a test using a larger than block-size key and a larger than block-size data. "
          "The "
          "key needs to be hashed before being used by the HMAC algorithm.",
          "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
         {"secret", R"({"a":1})",
          "aa9e2e3575f5d7098b6caccd790888c36d5fdb63342a73bada2d6a51747a8494"}}
    );
    for (const auto& [key, data, mac] : vectors) {
        CHECK(to_hex(hmac_sha256(key, data)) == mac);
    }
}

TEST_CASE("HKDF-SHA256 is the one of RFC 5869") {
    struct vector {
        std::string key, salt, info, extracted, expanded;
    };
    std::string counting;
    for (int i = 0; i < 0x50; ++i) {
        counting += static_cast<char>(i);
    }
    const auto range = [](int from, int to) {
        std::string text;
        for (int i = from; i <= to; ++i) {
            text += static_cast<char>(i);
        }
        return text;
    };
    const auto vectors = std::to_array<vector>(
        {{std::string(22, '\x0b'), range(0, 0x0c), range(0xf0, 0xf9),
          "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
          "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
         {counting, range(0x60, 0xaf), range(0xb0, 0xff),
          "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
          "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c6"
          "5"
          "e590e09"
          "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87"},
         {std::string(22, '\x0b'), "", "",
          "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
          "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"}}
    );
    for (const auto& [key, salt, info, extracted, expanded] : vectors) {
        const auto prk = hkdf_extract(salt, key);
        CHECK(to_hex(prk.reveal()) == extracted);
        const hmac_key prepared(prk.reveal());
        CHECK(to_hex(hkdf_expand(prepared, info, expanded.size() / 2).reveal()) == expanded);
        std::string first(32, '\0');
        hkdf_expand_into(reinterpret_cast<unsigned char*>(first.data()), prepared, info);
        CHECK(to_hex(first) == expanded.substr(0, 64));
    }
    const hmac_key any("key");
    CHECK(hkdf_expand(any, "", 8160).reveal().size() == 8160);
    CHECK_THROWS_AS(hkdf_expand(any, "", 8161), std::invalid_argument);
}

TEST_CASE("AES-256-GCM is the one of NIST's validation suite") {
    struct vector {
        std::string key, nonce, additional, text, sealed;
    };
    // McGrew and Viega's test cases 13, 14 and 16.
    const auto vectors = std::to_array<vector>(
        {{std::string(64, '0'), std::string(24, '0'), "", "", "530f8afbc74536b9a963b4f1c4cb738b"},
         {std::string(64, '0'), std::string(24, '0'), "", std::string(32, '0'),
          "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"},
         {"feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308",
          "cafebabefacedbaddecaf888", "feedfacedeadbeeffeedfacedeadbeefabaddad2",
          "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e24"
          "4"
          "9a6b525"
          "b16aedf5aa0de657ba637b39",
          "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b10"
          "5"
          "6828838"
          "c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b"}}
    );
    for (const auto& test : vectors) {
        gcm_key key{};
        std::ranges::copy(bytes(test.key), key.begin());
        const auto text = bytes(test.text);
        std::string sealed(text.size() + gcm_tag_size, '\0');
        gcm_seal(
            key, bytes(test.nonce), bytes(test.additional), text,
            reinterpret_cast<unsigned char*>(sealed.data())
        );
        CHECK(to_hex(sealed) == test.sealed);
        std::string opened(text.size(), '?');
        CHECK(gcm_open(
            key, bytes(test.nonce), bytes(test.additional), sealed,
            reinterpret_cast<unsigned char*>(opened.data())
        ));
        CHECK(opened == text);
        sealed.back() = static_cast<char>(sealed.back() ^ 1);
        CHECK_FALSE(gcm_open(
            key, bytes(test.nonce), bytes(test.additional), sealed,
            reinterpret_cast<unsigned char*>(opened.data())
        ));
        CHECK(opened == std::string(text.size(), '\0'));
    }
}

TEST_CASE("threads that hash at once do not disturb each other") {
    const auto expected = sha256("the same text");
    std::vector<int> wrong(4, 0);
    std::vector<std::thread> threads;
    for (auto& count : wrong) {
        threads.emplace_back([&count, &expected] {
            for (int i = 0; i < 2000; ++i) {
                count += sha256("the same text") == expected ? 0 : 1;
            }
        });
    }
    for (auto& thread : threads) {
        thread.join();
    }
    CHECK(wrong == std::vector<int>(4, 0));
}

TEST_CASE("texts are compared whole") {
    CHECK(equal_in_constant_time("", ""));
    CHECK(equal_in_constant_time("secret", "secret"));
    CHECK_FALSE(equal_in_constant_time("secret", "secre"));
    CHECK_FALSE(equal_in_constant_time("secre", "secret"));
    CHECK_FALSE(equal_in_constant_time("secret", "Secret"));
    CHECK_FALSE(equal_in_constant_time("secret", "secreT"));
    CHECK_FALSE(equal_in_constant_time({"a\0b", 3}, {"a\0c", 3}));
}
