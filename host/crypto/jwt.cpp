#include "crypto/jwt.hpp"

#include "base/json.hpp"
#include "crypto/encoding.hpp"
#include "crypto/hash.hpp"
#include "crypto/jwk.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

constexpr std::size_t max_token_size = 64UL * 1024;
constexpr double last_second = 253402300799.0;  // 9999-12-31T23:59:59Z

// The three parts of a compact JWS (RFC 7515 7.1).
struct compact_token {
    std::string_view signed_text;  // header, dot, payload: as transmitted
    std::string header;
    std::string payload;
    std::string signature;
};

auto split_token(std::string_view token) -> std::optional<compact_token> {
    const auto first = token.find('.');
    const auto second = first == std::string_view::npos ? first : token.find('.', first + 1);
    if (token.size() > max_token_size || second == std::string_view::npos) {
        return std::nullopt;
    }
    auto header = from_base64url(token.substr(0, first));
    auto payload = from_base64url(token.substr(first + 1, second - first - 1));
    auto signature = from_base64url(token.substr(second + 1));  // a third dot is no digit
    if (!header || !payload || !signature) {
        return std::nullopt;
    }
    return compact_token{
        token.substr(0, second), std::move(*header), std::move(*payload), std::move(*signature)};
}

auto parse_object(std::string_view text) -> std::optional<json> {
    auto parsed = parse_json(text);
    if (parsed.has_error() || !parsed->is_object()) {
        return std::nullopt;
    }
    return std::optional<json>(std::in_place, std::move(*parsed));
}

auto unverified_claims(std::string_view token) -> std::optional<json> {
    const auto parts = split_token(token);
    return parts && parse_object(parts->header) ? parse_object(parts->payload) : std::nullopt;
}

auto refuse(std::string problem) -> id_token_verdict {
    return {id_token_outcome::refused, {}, "the ID token was refused: " + std::move(problem)};
}

auto ask_for_keys(std::string problem) -> id_token_verdict {
    return {
        id_token_outcome::unknown_key, {}, "the ID token can't be checked: " + std::move(problem)};
}

// The one key that the token may be signed with, or null and why there is none.
auto choose_key(const std::vector<public_key>& keys, const std::optional<std::string>& kid)
    -> const public_key* {
    if (!kid) {
        return keys.size() == 1 ? &keys.front() : nullptr;
    }
    const auto named = [&](const public_key& key) { return key.kid == *kid; };
    // Two keys of one name and type are not ours to choose from.
    return std::count_if(keys.begin(), keys.end(), named) == 1
               ? &*std::find_if(keys.begin(), keys.end(), named)
               : nullptr;
}

// Empty if the signature holds.
auto check_signature(const compact_token& token, std::string_view jwks)
    -> std::optional<id_token_verdict> {
    const auto header = parse_object(token.header);
    if (!header) {
        return refuse("its header is no JSON object");
    }
    const auto named = header->find("alg");
    const auto algorithm = named != header->end() && named->is_string()
                               ? jws_algorithm_of(named->get<std::string>())
                               : std::nullopt;
    if (!algorithm) {
        return refuse("its signature algorithm is none of those that are taken");
    }
    if (header->contains("crit")) {  // RFC 7515 4.1.11: what must be understood, and isn't
        return refuse("its header asks for extensions");
    }
    std::optional<std::string> kid;
    if (const auto found = header->find("kid"); found != header->end()) {
        if (!found->is_string() || found->get<std::string>().empty()) {
            return refuse("its `kid` is no text");
        }
        kid = found->get<std::string>();
    }
    const auto keys_document = parse_object(jwks);
    if (!keys_document) {
        return ask_for_keys("the issuer's key set is no JSON object");
    }
    const auto keys = keys_for(*keys_document, *algorithm);
    const auto* const key = choose_key(keys, kid);
    if (key == nullptr) {
        return ask_for_keys(
            kid ? "the issuer's key set has no fitting key of its `kid`"
                : "it names no key, and the issuer's key set has not exactly one that fits"
        );
    }
    if (signature_matches(*key, *algorithm, token.signed_text, token.signature)) {
        return std::nullopt;
    }
    // Without `kid` a changed key looks like a forged signature.
    return kid ? refuse("its signature does not match")
               : ask_for_keys("its signature does not match the only key that fits");
}

auto text_claim(const json& claims, const char* name) -> std::optional<std::string> {
    const auto found = claims.find(name);
    return found != claims.end() && found->is_string() ? std::optional(found->get<std::string>())
                                                       : std::nullopt;
}

// Seconds since the epoch (RFC 7519 2, NumericDate), possibly with a fraction.
auto time_claim(const json& claims, const char* name) -> std::optional<time_point> {
    const auto found = claims.find(name);
    if (found == claims.end() || !found->is_number()) {
        return std::nullopt;
    }
    const auto seconds = found->get<double>();
    if (!std::isfinite(seconds) || seconds < 0 || seconds > last_second) {
        return std::nullopt;
    }
    return time_point(milliseconds(std::llround(seconds * 1000)));
}

auto is_for(const json& claims, const std::string& client_id) -> bool {
    const auto audience = claims.find("aud");
    if (audience == claims.end() || client_id.empty()) {
        return false;
    }
    return *audience == client_id ||
           (audience->is_array() &&
            std::find(audience->begin(), audience->end(), json(client_id)) != audience->end());
}

// Each answers what is wrong, or null.
auto check_parties(const json& claims, const id_token_expectation& expected) -> const char* {
    const auto issuer = text_claim(claims, "iss");
    if (!issuer || std::find(expected.issuers.begin(), expected.issuers.end(), *issuer) ==
                       expected.issuers.end()) {
        return "its `iss` is not the issuer";
    }
    if (text_claim(claims, "sub").value_or("").empty()) {
        return "it has no `sub`";
    }
    if (!is_for(claims, expected.client_id)) {
        return "its `aud` is not our client id";
    }
    const auto& audience = claims["aud"];
    const bool several = audience.is_array() && audience.size() != 1;
    const bool authorized = claims.contains("azp");
    if ((several || authorized) && text_claim(claims, "azp") != expected.client_id) {
        return "its `azp` is not our client id";
    }
    return nullptr;
}

auto check_times(const json& claims, std::chrono::seconds skew, time_point now) -> const char* {
    const auto expires = time_claim(claims, "exp");
    if (!expires || now >= *expires + skew) {
        return "it has expired, or its `exp` is no time";
    }
    const auto issued = time_claim(claims, "iat");
    if (!issued || *issued > now + skew) {
        return "its `iat` lies in the future, or is no time: compare the clocks";
    }
    if (claims.contains("nbf")) {
        const auto begins = time_claim(claims, "nbf");
        if (!begins || *begins > now + skew) {
            return "its `nbf` lies in the future, or is no time: compare the clocks";
        }
    }
    return nullptr;
}

auto check_nonce(const json& claims, const std::optional<std::string>& expected) -> const char* {
    if (!expected) {
        return nullptr;
    }
    const auto nonce = text_claim(claims, "nonce");
    return nonce && equal_in_constant_time(*nonce, *expected)
               ? nullptr
               : "its `nonce` is not the one that was sent";
}

}  // namespace

auto verify_id_token(
    std::string_view token, std::string_view jwks, const id_token_expectation& expected,
    time_point now
) -> id_token_verdict {
    auto parts = split_token(token);
    if (!parts) {
        return refuse("it is no signed token of three base64url parts");
    }
    if (auto failed = check_signature(*parts, jwks)) {
        return std::move(*failed);
    }
    const auto claims = parse_object(parts->payload);
    if (!claims) {
        return refuse("its claims are no JSON object");
    }
    for (const char* const problem :
         {check_parties(*claims, expected), check_times(*claims, expected.skew, now),
          check_nonce(*claims, expected.nonce)}) {
        if (problem != nullptr) {
            return refuse(problem);
        }
    }
    return {id_token_outcome::accepted, std::move(parts->payload), {}};
}

auto compare_renewed_id_token(
    std::string_view renewed, std::string_view original, const id_token_expectation& expected
) -> id_token_renewal {
    const auto now = unverified_claims(renewed);
    if (!now) {
        return id_token_renewal::unlike;
    }
    const auto before = unverified_claims(original).value_or(json::object());
    const auto differs = [&](const char* name) {
        return before.contains(name) && now->value(name, json()) != before[name];
    };
    const auto& names = expected.issuers;
    const bool same_issuer =
        !differs("iss") ||
        std::ranges::count(names, text_claim(*now, "iss").value_or("")) +
                std::ranges::count(names, text_claim(before, "iss").value_or("")) ==
            2;
    if (!same_issuer || differs("sub") || !is_for(*now, expected.client_id)) {
        return id_token_renewal::another;
    }
    // 12.2: an `azp` that was not there must not come; a nonce need not come again.
    const bool appeared = !before.empty() && now->contains("azp") && !before.contains("azp");
    const bool contradicts = appeared || differs("azp") ||
                             (now->contains("nonce") && differs("nonce")) ||
                             (now->contains("auth_time") && differs("auth_time"));
    return contradicts ? id_token_renewal::unlike : id_token_renewal::same;
}

auto unverified_expiry(std::string_view token) -> std::optional<time_point> {
    const auto claims = unverified_claims(token);
    return claims ? time_claim(*claims, "exp") : std::nullopt;
}

auto unverified_claim(std::string_view token, const char* name) -> std::optional<std::string> {
    const auto claims = unverified_claims(token);
    return claims ? text_claim(*claims, name) : std::nullopt;
}

auto unverified_subject(std::string_view token) -> std::optional<std::string> {
    return unverified_claim(token, "sub");
}

}  // namespace tenon::host
