#include "crypto/jwt.hpp"

#include "crypto/encoding.hpp"
#include "id_token.hpp"
#include "support/catch.hpp"

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

namespace {

const json rs256_header = {{"alg", "RS256"}, {"kid", "k1"}};

auto keys() -> std::string {
    return key_set({rsa_signer().jwk("k1")});
}

auto verify(const json& claims, const id_token_expectation& expected = expectation())
    -> id_token_verdict {
    return verify_id_token(
        rsa_signer().sign(rs256_header, claims.dump()), keys(), expected, token_now
    );
}

auto with(const char* name, const json& value) -> json {
    auto claims = good_claims();
    claims[name] = value;
    return claims;
}

auto without(const char* name) -> json {
    auto claims = good_claims();
    claims.erase(name);
    return claims;
}

void check_refused(const id_token_verdict& verdict, std::string_view word) {
    CHECK(verdict.outcome == id_token_outcome::refused);
    CHECK(verdict.claims.empty());
    CHECK_THAT(verdict.problem, Catch::Contains(std::string(word)));
}

}  // namespace

TEST_CASE("a good ID token is accepted, and its claims come as they were signed") {
    const auto text = "{ \"big\": 12345678901234567890123, " + good_claims().dump().substr(1);
    const auto verdict =
        verify_id_token(rsa_signer().sign(rs256_header, text), keys(), expectation(), token_now);
    CHECK(verdict.outcome == id_token_outcome::accepted);
    CHECK(verdict.claims == text);
    CHECK(verdict.problem.empty());
}

TEST_CASE("every algorithm on the list is taken with its own kind of key") {
    struct kind {
        std::string algorithm;
        signer key;
    };
    for (const auto& [algorithm, key] :
         {kind{"RS256", rsa_signer()}, kind{"RS384", rsa_signer()}, kind{"RS512", rsa_signer()},
          kind{"PS256", rsa_signer()}, kind{"ES256", curve_signer()},
          kind{"ES384", signer::curve("P-384")}, kind{"EdDSA", signer::edwards()}}) {
        CAPTURE(algorithm);
        const auto token = key.sign({{"alg", algorithm}, {"kid", "k"}}, good_claims().dump());
        const auto set = key_set({key.jwk("k")});
        CHECK(
            verify_id_token(token, set, expectation(), token_now).outcome ==
            id_token_outcome::accepted
        );
        const auto other = algorithm == "EdDSA" ? signer::edwards()
                           : algorithm[0] == 'E'
                               ? signer::curve(algorithm == "ES256" ? "P-256" : "P-384")
                               : signer::rsa(2048);
        const auto forged = other.sign({{"alg", algorithm}, {"kid", "k"}}, good_claims().dump());
        check_refused(
            verify_id_token(forged, set, expectation(), token_now), "signature does not match"
        );
    }
}

TEST_CASE("the issuer is compared byte for byte with the list") {
    check_refused(verify(with("iss", "https://id.example/")), "iss");
    check_refused(verify(with("iss", "https://ID.example")), "iss");
    check_refused(verify(with("iss", json::array({"https://id.example"}))), "iss");
    check_refused(verify(without("iss")), "iss");
    auto google = expectation();
    google.issuers = {"https://accounts.google.com", "accounts.google.com"};
    CHECK(verify(with("iss", "accounts.google.com"), google).outcome == id_token_outcome::accepted);
    CHECK(
        verify(with("iss", "https://accounts.google.com"), google).outcome ==
        id_token_outcome::accepted
    );
    check_refused(verify(good_claims(), google), "iss");
    google.issuers.clear();
    check_refused(verify(good_claims(), google), "iss");
}

TEST_CASE("the audience is our client id, and with several parties we are the authorized one") {
    CHECK(verify(with("aud", json::array({"tenon"}))).outcome == id_token_outcome::accepted);
    check_refused(verify(with("aud", "tenon2")), "aud");
    check_refused(verify(with("aud", json::array())), "aud");
    check_refused(verify(with("aud", json::object({{"tenon", 1}}))), "aud");
    check_refused(verify(without("aud")), "aud");
    auto several = with("aud", json::array({"other", "tenon"}));
    check_refused(verify(several), "azp");
    several["azp"] = "other";
    check_refused(verify(several), "azp");
    several["azp"] = "tenon";
    CHECK(verify(several).outcome == id_token_outcome::accepted);
    check_refused(verify(with("azp", "other")), "azp");
    auto nameless = expectation();
    nameless.client_id = "";
    check_refused(verify(with("aud", ""), nameless), "aud");
}

TEST_CASE("times are checked with two minutes of skew either way") {
    const auto now = issued_second + 60;
    CHECK(verify(with("exp", now - 119)).outcome == id_token_outcome::accepted);
    check_refused(verify(with("exp", now - 120)), "expired");
    CHECK(verify(with("iat", now + 120)).outcome == id_token_outcome::accepted);
    check_refused(verify(with("iat", now + 121)), "iat");
    CHECK(verify(with("nbf", now + 120)).outcome == id_token_outcome::accepted);
    check_refused(verify(with("nbf", now + 121)), "nbf");
    CHECK(
        verify(with("exp", static_cast<double>(now) + 0.5)).outcome == id_token_outcome::accepted
    );
    for (const auto& odd : {json("1800003600"), json(nullptr), json(1e300), json(-1), json(true)}) {
        CAPTURE(odd.dump());
        check_refused(verify(with("exp", odd)), "exp");
        check_refused(verify(with("iat", odd)), "iat");
        check_refused(verify(with("nbf", odd)), "nbf");
    }
    check_refused(verify(without("exp")), "exp");
    check_refused(verify(without("iat")), "iat");
}

TEST_CASE("the nonce is the one that was sent") {
    check_refused(verify(with("nonce", "n-2")), "nonce");
    check_refused(verify(with("nonce", 1)), "nonce");
    check_refused(verify(without("nonce")), "nonce");
    auto none = expectation();
    none.nonce.reset();
    CHECK(verify(without("nonce"), none).outcome == id_token_outcome::accepted);
}

TEST_CASE("a token without a subject is refused") {
    check_refused(verify(without("sub")), "sub");
    check_refused(verify(with("sub", "")), "sub");
    check_refused(verify(with("sub", 7)), "sub");
}

TEST_CASE("an unknown key is told apart, so that the keys are fetched again") {
    const auto token = rsa_signer().sign({{"alg", "RS256"}, {"kid", "k2"}}, good_claims().dump());
    const auto verdict = verify_id_token(token, keys(), expectation(), token_now);
    CHECK(verdict.outcome == id_token_outcome::unknown_key);
    CHECK(verdict.claims.empty());
    CHECK_THAT(verdict.problem, Catch::Contains("kid"));
    for (const char* const set :
         {"", "{}", "[]", "{\"keys\":{}}", "{\"keys\":[1,null,[]]}", "not JSON"}) {
        CAPTURE(set);
        CHECK(
            verify_id_token(token, set, expectation(), token_now).outcome ==
            id_token_outcome::unknown_key
        );
    }
}

TEST_CASE("a token that names no key is taken only where exactly one fits") {
    const auto token = rsa_signer().sign({{"alg", "RS256"}}, good_claims().dump());
    const auto outcome = [&](const std::vector<json>& set) {
        return verify_id_token(token, key_set(set), expectation(), token_now).outcome;
    };
    CHECK(outcome({rsa_signer().jwk("k1")}) == id_token_outcome::accepted);
    CHECK(
        outcome({rsa_signer().jwk("k1"), curve_signer().jwk("k2")}) == id_token_outcome::accepted
    );
    CHECK(
        outcome({rsa_signer().jwk("k1"), rsa_signer().jwk("k2")}) == id_token_outcome::unknown_key
    );
    // Perhaps the issuer has changed its only key.
    CHECK(outcome({signer::rsa(2048).jwk("k1")}) == id_token_outcome::unknown_key);
}

TEST_CASE("the subject of a JWT is read without trusting it") {
    const auto subject = [](const json& claims) {
        return unverified_subject(rsa_signer().sign(rs256_header, claims.dump()));
    };
    CHECK(subject(with("sub", "someone")) == "someone");
    CHECK_FALSE(subject(with("sub", 7)));
    CHECK_FALSE(subject(without("sub")));
    CHECK_FALSE(unverified_subject("a.b.c"));
}

TEST_CASE("the expiry of a JWT is read without trusting it") {
    const auto jwt = [](const std::string& claims) {
        return to_base64url(R"({"alg":"none"})") + "." + to_base64url(claims) + ".";
    };
    CHECK(
        unverified_expiry(jwt(R"({"exp":1800000000})")) ==
        time_point(std::chrono::seconds(1'800'000'000))
    );
    CHECK(
        unverified_expiry(jwt(R"({"exp":1800000000.25})")) ==
        time_point(milliseconds(1'800'000'000'250))
    );
    CHECK(unverified_expiry(rsa_signer().sign(rs256_header, good_claims().dump())).has_value());
    for (const auto& token :
         {std::string(), std::string("xoxb-1-2-3"), std::string("a.b.c"), std::string(".."),
          std::string("ya29.a0AfH6.x"), jwt("{}"), jwt("[1]"), jwt(R"({"exp":"1800000000"})"),
          jwt(R"({"exp":-1})"), jwt(R"({"exp":1e300})"), jwt(R"({"exp":253402300800})"),
          jwt(R"({"exp":1800000000)"), jwt(R"({"exp":1800000000})") + "x.y",
          std::string(100'000, 'a')}) {
        CAPTURE(token.substr(0, 60));
        CHECK_FALSE(unverified_expiry(token));
    }
}
