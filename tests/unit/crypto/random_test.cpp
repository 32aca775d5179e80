#include "crypto/random.hpp"

#include "crypto/hash.hpp"
#include "crypto/pkce.hpp"
#include "sequence.hpp"
#include "support/catch.hpp"

#include <set>

using namespace tenon::host;

TEST_CASE("the system's random bytes fill all of the room and do not repeat") {
    system_random random;
    std::set<std::string> seen;
    for (int i = 0; i < 1000; ++i) {
        std::string bytes(16, '\0');
        random.fill(std::as_writable_bytes(std::span(bytes)));
        REQUIRE(seen.insert(bytes).second);
    }
    bool last_byte_moves = false;
    for (const auto& bytes : seen) {
        last_byte_moves = last_byte_moves || bytes.back() != seen.begin()->back();
    }
    CHECK(last_byte_moves);
}

TEST_CASE("a token has as many bits as it was asked for") {
    tenon::test::sequence random;
    CHECK(random_token(random) == "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8");
    CHECK(random_token(random, 128).size() == 22);
    CHECK(random_token(random, 1).size() == 2);
}

TEST_CASE("a verifier has 43 unreserved characters and is new each time") {
    system_random random;
    const auto verifier = make_verifier(random);
    CHECK(verifier.reveal().size() == 43);
    CHECK(
        verifier.reveal().find_first_not_of(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
        ) == std::string_view::npos
    );
    CHECK_FALSE(verifier.equals(make_verifier(random)));
}

TEST_CASE("the challenge is the one of RFC 7636 appendix B, and its hexadecimal form") {
    constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    CHECK(
        challenge(verifier, pkce_encoding::base64url) ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    );
    CHECK(
        challenge(verifier, pkce_encoding::hex) ==
        "13d31e961a1ad8ec2f16b10c4c982e0876a878ad6df144566ee1894acb70f9c3"
    );
}
