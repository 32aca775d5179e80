// Signatures over files, checked against RFC 8032's own examples.
#include "crypto/signing.hpp"

#include "crypto/encoding.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

#include <array>

using namespace tenon::host;

namespace {

struct example {
    const char* public_key;
    const char* message;
    const char* signature;
};

// RFC 8032 7.1, tests 1 to 3.
constexpr auto examples = std::to_array<example>({
    {"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b"
     "4"
     "6bd25bf5f0595bbe24655141438e7a100b"},
    {"3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11"
     "d"
     "8c387b2eaeb4302aeeb00d291612bb0c00"},
    {"fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc"
     "6"
     "594a7c15e9716ed28dc027beceea1ec40a"},
});

}  // namespace

TEST_CASE("the examples of RFC 8032 are signed by their keys, and by no others") {
    for (const auto& one : examples) {
        const auto key = to_base64(from_hex(one.public_key).value());
        const auto message = from_hex(one.message).value();
        auto signature = from_hex(one.signature).value();
        CHECK(is_signed_by(key, message, to_base64(signature)));
        CHECK_FALSE(is_signed_by(key, message + "x", to_base64(signature)));
        signature[40] = static_cast<char>(signature[40] ^ 1);
        CHECK_FALSE(is_signed_by(key, message, to_base64(signature)));
    }
}

TEST_CASE("a key that was made signs, and its public half says so") {
    const auto key = generate_signing_key();
    const auto other = generate_signing_key();
    CHECK(key.public_key != other.public_key);
    CHECK(is_public_key(key.public_key));
    CHECK(public_key_of(key.private_pem).value() == key.public_key);
    const std::string bytes(100'000, 'b');
    const auto signature = sign_bytes(key.private_pem, bytes).value();
    CHECK(is_signed_by(key.public_key, bytes, signature));
    CHECK_FALSE(is_signed_by(other.public_key, bytes, signature));
    CHECK_FALSE(is_signed_by(key.public_key, bytes.substr(1), signature));
}

TEST_CASE("what is no key or no signature signs nothing") {
    const auto key = generate_signing_key();
    CHECK_FALSE(is_public_key(""));
    CHECK_FALSE(is_public_key("AAAA"));
    CHECK_FALSE(is_public_key(key.public_key + "\n"));
    CHECK_FALSE(is_signed_by(key.public_key, "bytes", ""));
    CHECK_FALSE(is_signed_by(key.public_key, "bytes", to_base64(std::string(64, '\0'))));
    CHECK_FALSE(is_signed_by("", "bytes", sign_bytes(key.private_pem, "bytes").value()));
    CHECK(
        sign_bytes(secret("-----BEGIN PRIVATE KEY-----"), "x").error().code == errc::invalid_request
    );
    CHECK(public_key_of(secret()).error().code == errc::invalid_request);
}
