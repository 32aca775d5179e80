#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/jwt.hpp"
#include "id_token.hpp"
#include "support/catch.hpp"

#include <array>

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

namespace {

auto outcome(std::string_view token, const std::vector<json>& keys) -> id_token_outcome {
    return verify_id_token(token, key_set(keys), expectation(), token_now).outcome;
}

auto good_token() -> std::string {
    return rsa_signer().sign({{"alg", "RS256"}, {"kid", "k1"}}, good_claims().dump());
}

auto unsigned_text(const json& header) -> std::string {
    return to_base64url(header.dump()) + "." + to_base64url(good_claims().dump());
}

auto rsa_jwk() -> json {
    return rsa_signer().jwk("k1");
}

auto rsa_jwk_with(const char* name, const json& value) -> json {
    auto key = rsa_jwk();
    key[name] = value;
    return key;
}

}  // namespace

TEST_CASE("an unsigned token is refused however `none` is spelled") {
    for (const char* const none : {"none", "None", "NONE", "nOnE", "", " none"}) {
        CAPTURE(none);
        const auto text = unsigned_text({{"alg", none}, {"kid", "k1"}});
        CHECK(outcome(text + ".", {rsa_jwk()}) == id_token_outcome::refused);
        CHECK(outcome(text + ".AAAA", {rsa_jwk()}) == id_token_outcome::refused);
        const auto signed_anyway =
            rsa_signer().sign({{"alg", none}, {"kid", "k1"}}, good_claims().dump());
        CHECK(outcome(signed_anyway, {rsa_jwk()}) == id_token_outcome::refused);
    }
    CHECK(outcome(unsigned_text({{"kid", "k1"}}) + ".", {rsa_jwk()}) == id_token_outcome::refused);
    CHECK(
        outcome(unsigned_text({{"alg", 5}, {"kid", "k1"}}) + ".", {rsa_jwk()}) ==
        id_token_outcome::refused
    );
}

TEST_CASE("a token whose signature is cut off is refused") {
    const auto token = good_token();
    const auto text = token.substr(0, token.rfind('.'));
    CHECK(outcome(text + ".", {rsa_jwk()}) == id_token_outcome::refused);
    CHECK(outcome(text, {rsa_jwk()}) == id_token_outcome::refused);
}

TEST_CASE("a shared secret is never taken, least of all the public key as one") {
    const auto modulus = from_base64url(rsa_jwk()["n"].get<std::string>()).value();
    for (const auto& secret :
         {modulus, rsa_jwk()["n"].get<std::string>(), rsa_jwk().dump(),
          std::string("client secret")}) {
        const auto text = unsigned_text({{"alg", "HS256"}, {"kid", "k1"}});
        const auto forged = text + "." + to_base64url(hmac_sha256(secret, text));
        CHECK(outcome(forged, {rsa_jwk()}) == id_token_outcome::refused);
        const json shared = {{"kty", "oct"}, {"kid", "k1"}, {"k", to_base64url(secret)}};
        CHECK(outcome(forged, {shared}) == id_token_outcome::refused);
    }
}

TEST_CASE("a key serves only the algorithms of its own kind") {
    const auto claims = good_claims().dump();
    const auto by_curve = curve_signer().sign({{"alg", "ES256"}, {"kid", "k1"}}, claims);
    CHECK(outcome(by_curve, {curve_signer().jwk("k1")}) == id_token_outcome::accepted);
    CHECK(outcome(by_curve, {rsa_jwk()}) == id_token_outcome::unknown_key);
    CHECK(outcome(good_token(), {curve_signer().jwk("k1")}) == id_token_outcome::unknown_key);
    // P-256 signatures under the name of P-384, and the other way round.
    const auto wrong_size = curve_signer().sign({{"alg", "ES384"}, {"kid", "k1"}}, claims);
    CHECK(outcome(wrong_size, {curve_signer().jwk("k1")}) == id_token_outcome::unknown_key);
    const auto padding = rsa_signer().sign({{"alg", "PS256"}, {"kid", "k1"}}, claims);
    const auto renamed =
        to_base64url(R"({"alg":"RS256","kid":"k1"})") + padding.substr(padding.find('.'));
    CHECK(outcome(renamed, {rsa_jwk()}) == id_token_outcome::refused);
}

TEST_CASE("curves and padding that are not on the list are refused") {
    const auto bitcoin = signer::curve("secp256k1");
    const auto claims = good_claims().dump();
    CHECK(
        outcome(bitcoin.sign({{"alg", "ES256K"}, {"kid", "k1"}}, claims), {bitcoin.jwk("k1")}) ==
        id_token_outcome::refused
    );
    auto disguised = bitcoin.jwk("k1");
    disguised["crv"] = "P-256";
    CHECK(
        outcome(bitcoin.sign({{"alg", "ES256"}, {"kid", "k1"}}, claims), {disguised}) ==
        id_token_outcome::unknown_key
    );
    for (const char* const algorithm : {"PS384", "PS512", "ES512", "RS1", "rs256", "RS256 "}) {
        CAPTURE(algorithm);
        CHECK(
            outcome(rsa_signer().sign({{"alg", algorithm}, {"kid", "k1"}}, claims), {rsa_jwk()}) ==
            id_token_outcome::refused
        );
    }
}

TEST_CASE("RSA keys under 2048 bits do not count") {
    const auto weak = signer::rsa(1024);
    const auto token = weak.sign({{"alg", "RS256"}, {"kid", "k1"}}, good_claims().dump());
    CHECK(outcome(token, {weak.jwk("k1")}) == id_token_outcome::unknown_key);
}

TEST_CASE("a key that is meant for something else does not count") {
    const auto token = good_token();
    CHECK(outcome(token, {rsa_jwk_with("use", "sig")}) == id_token_outcome::accepted);
    CHECK(outcome(token, {rsa_jwk_with("alg", "RS256")}) == id_token_outcome::accepted);
    CHECK(
        outcome(token, {rsa_jwk_with("key_ops", json::array({"verify"}))}) ==
        id_token_outcome::accepted
    );
    CHECK(outcome(token, {rsa_jwk_with("use", "enc")}) == id_token_outcome::unknown_key);
    CHECK(outcome(token, {rsa_jwk_with("use", 1)}) == id_token_outcome::unknown_key);
    CHECK(outcome(token, {rsa_jwk_with("alg", "RS512")}) == id_token_outcome::unknown_key);
    CHECK(
        outcome(token, {rsa_jwk_with("key_ops", json::array({"encrypt"}))}) ==
        id_token_outcome::unknown_key
    );
    CHECK(outcome(token, {rsa_jwk_with("kty", "EC")}) == id_token_outcome::unknown_key);
}

TEST_CASE("damaged keys are left out and the others still serve") {
    const auto token = good_token();
    const auto damaged = std::to_array<json>(
        {rsa_jwk_with("n", "AQAB"), rsa_jwk_with("n", ""), rsa_jwk_with("n", 7),
         rsa_jwk_with("n", "!!"), rsa_jwk_with("e", "AQ"), rsa_jwk_with("e", ""),
         rsa_jwk_with("e", "Ag"), rsa_jwk_with("n", std::string(8000, 'A')),
         rsa_jwk_with("e", rsa_jwk()["n"])}
    );
    for (const auto& key : damaged) {
        CAPTURE(key.dump().substr(0, 80));
        CHECK(outcome(token, {key}) == id_token_outcome::unknown_key);
        CHECK(outcome(token, {key, 5, rsa_jwk()}) == id_token_outcome::accepted);
    }
    auto off_curve = curve_signer().jwk("k1");
    off_curve["y"] = off_curve["x"];
    const auto by_curve =
        curve_signer().sign({{"alg", "ES256"}, {"kid", "k1"}}, good_claims().dump());
    CHECK(outcome(by_curve, {off_curve}) == id_token_outcome::unknown_key);
}

TEST_CASE("two keys of one name are not chosen between") {
    CHECK(
        outcome(good_token(), {signer::rsa(2048).jwk("k1"), rsa_jwk()}) ==
        id_token_outcome::unknown_key
    );
}

TEST_CASE("a key that the token itself brings is ignored") {
    const auto attacker = signer::rsa(2048);
    const json header = {
        {"alg", "RS256"},
        {"kid", "k1"},
        {"jwk", attacker.jwk("k1")},
        {"jku", "https://evil.example/keys"}};
    CHECK(
        outcome(attacker.sign(header, good_claims().dump()), {rsa_jwk()}) ==
        id_token_outcome::refused
    );
}

TEST_CASE("extensions that must be understood are refused, as none is") {
    const json header = {
        {"alg", "RS256"}, {"kid", "k1"}, {"crit", json::array({"b64"})}, {"b64", false}};
    CHECK(
        outcome(rsa_signer().sign(header, good_claims().dump()), {rsa_jwk()}) ==
        id_token_outcome::refused
    );
}

TEST_CASE("signatures of zeros and of foreign sizes are refused") {
    const auto header = json{{"alg", "ES256"}, {"kid", "k1"}};
    const auto text = unsigned_text(header);
    for (const std::size_t size : {0U, 1U, 63U, 64U, 65U, 70U, 96U}) {
        CAPTURE(size);
        CHECK(
            outcome(
                text + "." + to_base64url(std::string(size, '\0')), {curve_signer().jwk("k1")}
            ) == id_token_outcome::refused
        );
        CHECK(
            outcome(
                text + "." + to_base64url(std::string(size, '\xff')), {curve_signer().jwk("k1")}
            ) == id_token_outcome::refused
        );
    }
}

TEST_CASE("an accepted token with any one bit flipped is not accepted") {
    const auto token = curve_signer().sign({{"alg", "ES256"}, {"kid", "k1"}}, good_claims().dump());
    const std::vector<json> keys = {curve_signer().jwk("k1")};
    REQUIRE(outcome(token, keys) == id_token_outcome::accepted);
    for (std::size_t bit = 0; bit < token.size() * 8; ++bit) {
        auto altered = token;
        altered[bit / 8] = static_cast<char>(altered[bit / 8] ^ (1 << bit % 8));
        CAPTURE(bit);
        REQUIRE(outcome(altered, keys) != id_token_outcome::accepted);
    }
}

TEST_CASE("what is no token at all is refused quietly") {
    const std::vector<json> keys = {rsa_jwk()};
    for (const auto& text :
         {std::string(), std::string("."), std::string(".."), std::string("..."),
          std::string("a.b"), std::string("a.b.c.d"), std::string("e30.e30.e30"),
          good_token() + ".", good_token() + "=", good_token() + "\n", "." + good_token(),
          std::string(70'000, 'A'), std::string("bnVsbA.bnVsbA.AAAA"),
          std::string("\0.\0.\0", 5)}) {
        CAPTURE(text.substr(0, 60));
        CHECK(outcome(text, keys) == id_token_outcome::refused);
    }
    const auto array = rsa_signer().sign({{"alg", "RS256"}, {"kid", "k1"}}, "[1]");
    CHECK(outcome(array, keys) == id_token_outcome::refused);
    std::string deep(1000, '[');
    CHECK(
        outcome(rsa_signer().sign({{"alg", "RS256"}, {"kid", "k1"}}, deep), keys) ==
        id_token_outcome::refused
    );
}

TEST_CASE("no problem shows the token or the expected nonce") {
    auto claims = good_claims();
    claims["nonce"] = "attacker-chosen-text";
    claims["iss"] = "https://evil.example";
    const auto token = rsa_signer().sign({{"alg", "RS256"}, {"kid", "k1"}}, claims.dump());
    const auto verdict = verify_id_token(token, key_set({rsa_jwk()}), expectation(), token_now);
    CHECK(verdict.problem.find("evil") == std::string::npos);
    CHECK(verdict.problem.find("attacker") == std::string::npos);
}
