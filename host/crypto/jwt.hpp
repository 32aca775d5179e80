// ID tokens of OpenID Connect: what they must prove before a word of them is believed.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// What the host expects of an ID token (OpenID Connect Core 3.1.3.7).
struct id_token_expectation {
    std::vector<std::string> issuers;  // `iss` is one of these, byte for byte
    std::string client_id;             // `aud` holds it; where there are several, `azp` is it
    std::optional<std::string> nonce;  // as sent with the authorization request, where one was
    std::chrono::seconds skew{120};    // of clocks, either way
};

enum class id_token_outcome {
    accepted,     // claims holds them
    unknown_key,  // no key of the set is the signer's: fetch the JWKS again (not too often), then
                  // try once more
    refused,      // problem says why; asking again won't help
};

struct id_token_verdict {
    id_token_outcome outcome = id_token_outcome::refused;
    std::string claims;   // JSON text as signed; only if accepted
    std::string problem;  // one sentence without the token; only if not
};

// Checks the signature (RFC 7515) with the keys of a JWKS (RFC 7517), then the claims. Signatures
// taken: RS256, RS384, RS512, PS256, ES256, ES384 and EdDSA with Ed25519 (RFC 8037); never `none`,
// never a shared secret. RSA keys have at least 2048 bits. A key fits if its type, `use`, `key_ops`
// and `alg` allow it and its `kid` is the token's; without `kid` only where exactly one fits. Text
// of foreign origin, both: never throws for what is in them. Any thread.
[[nodiscard]] auto verify_id_token(
    std::string_view token, std::string_view jwks, const id_token_expectation& expected,
    time_point now
) -> id_token_verdict;

// What an ID token that comes with a refresh says beside the one that the grant has (OpenID Connect
// Core 12.2).
enum class id_token_renewal {
    same,     // `iss` and `sub` are the same, `aud` holds the client
    another,  // one of them is not: what came with it is of another person, or for another client
    unlike,   // it can't be read, or its `azp`, `nonce` or `auth_time` contradict the original
};
// Of their claims alone: neither signature nor times are looked at, nobody is asked. An original
// that can't be read says nothing: then only `aud` can be wrong. `issuers` as in
// id_token_expectation: all names of one.
[[nodiscard]] auto compare_renewed_id_token(
    std::string_view renewed, std::string_view original, const id_token_expectation& expected
) -> id_token_renewal;

// The `exp` of a JWT, unverified: good for guessing when a token should be renewed, and for nothing
// else. Nothing if the text is no JWT or has no `exp` between 1970 and 9999.
[[nodiscard]] auto unverified_expiry(std::string_view token) -> std::optional<time_point>;

// A claim of a JWT that is a text, unverified: for an ID token that was verified before, that came
// from the token endpoint itself, or whose verification is yet to cover it. Nothing if the text is
// no JWT or has none.
[[nodiscard]] auto unverified_claim(std::string_view token, const char* name)
    -> std::optional<std::string>;
// Its `sub`.
[[nodiscard]] auto unverified_subject(std::string_view token) -> std::optional<std::string>;

}  // namespace tenon::host
