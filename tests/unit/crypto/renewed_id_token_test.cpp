// ID tokens that come with a refresh, beside the one that came first (OpenID Connect Core 12.2).
#include "crypto/encoding.hpp"
#include "id_token.hpp"
#include "support/catch.hpp"

using namespace tenon::host;
using namespace tenon::test;
using nlohmann::json;

namespace {

auto unsigned_token(const json& claims) -> std::string {
    return to_base64url(R"({"alg":"RS256"})") + '.' + to_base64url(claims.dump()) + '.';
}

auto first_claims() -> json {
    auto claims = good_claims();
    claims["auth_time"] = issued_second;
    return claims;
}

auto compare(const json& renewed, const json& original = first_claims()) -> id_token_renewal {
    return compare_renewed_id_token(
        unsigned_token(renewed), unsigned_token(original), expectation()
    );
}

auto first_with(const char* name, const json& value) -> json {
    auto claims = first_claims();
    claims[name] = value;
    return claims;
}

auto first_without(const char* name) -> json {
    auto claims = first_claims();
    claims.erase(name);
    return claims;
}

}  // namespace

TEST_CASE("a renewed ID token may be issued later, for more clients, and without nonce") {
    CHECK(compare(first_claims()) == id_token_renewal::same);
    CHECK(compare(first_with("iat", issued_second + 3600)) == id_token_renewal::same);
    CHECK(compare(first_with("exp", issued_second + 7200)) == id_token_renewal::same);
    CHECK(compare(first_with("aud", {"tenon", "another"})) == id_token_renewal::same);
    CHECK(compare(first_without("nonce")) == id_token_renewal::same);
    CHECK(compare(first_without("auth_time")) == id_token_renewal::same);
}

TEST_CASE("a renewed ID token of another issuer, subject or client is of another") {
    for (const auto* name : {"iss", "sub", "aud"}) {
        CAPTURE(name);
        CHECK(compare(first_with(name, "another")) == id_token_renewal::another);
        CHECK(compare(first_with(name, 1)) == id_token_renewal::another);
        CHECK(compare(first_with(name, nullptr)) == id_token_renewal::another);
        CHECK(compare(first_without(name)) == id_token_renewal::another);
    }
    CHECK(compare(first_with("aud", json::array())) == id_token_renewal::another);
    CHECK(compare(first_with("sub", "user-10")) == id_token_renewal::another);
}

TEST_CASE("a renewed ID token may use another of its issuer's names, if it has several") {
    auto expected = expectation();
    expected.issuers = {"https://id.example", "id.example"};
    const auto first = unsigned_token(first_claims());
    const auto shorter = unsigned_token(first_with("iss", "id.example"));
    CHECK(compare_renewed_id_token(shorter, first, expected) == id_token_renewal::same);
    CHECK(compare_renewed_id_token(first, shorter, expected) == id_token_renewal::same);
    const auto other = unsigned_token(first_with("iss", "http://id.example"));
    CHECK(compare_renewed_id_token(other, first, expected) == id_token_renewal::another);
}

TEST_CASE("a renewed ID token that contradicts the first, or can't be read, is not like it") {
    CHECK(compare(first_with("nonce", "n-2")) == id_token_renewal::unlike);
    CHECK(compare(first_with("auth_time", issued_second + 60)) == id_token_renewal::unlike);
    CHECK(compare(first_with("azp", "tenon")) == id_token_renewal::unlike);
    CHECK(compare(first_claims(), first_with("azp", "tenon")) == id_token_renewal::unlike);
    CHECK(
        compare(first_with("azp", "tenon"), first_with("azp", "tenon")) == id_token_renewal::same
    );
    for (const auto* text : {"", "opaque", "a.b.c", "..", "eyJ9.e30.", "e30.W10."}) {
        CAPTURE(text);
        const auto first = unsigned_token(first_claims());
        CHECK(compare_renewed_id_token(text, first, expectation()) == id_token_renewal::unlike);
    }
}

TEST_CASE("beside a first ID token that is not there or says nothing only the client counts") {
    for (const auto* original : {"", "opaque", "e30.e30."}) {
        CAPTURE(original);
        const auto renewed = [&](const json& claims) {
            return compare_renewed_id_token(unsigned_token(claims), original, expectation());
        };
        CHECK(renewed(first_with("sub", "anybody")) == id_token_renewal::same);
        CHECK(renewed(first_with("azp", "tenon")) == id_token_renewal::same);
        CHECK(renewed(first_with("aud", "another")) == id_token_renewal::another);
    }
}
