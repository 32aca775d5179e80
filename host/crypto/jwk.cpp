#include "crypto/jwk.hpp"

#include "crypto/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::host {
namespace {

using nlohmann::json;

// What a key and a signature look like for one algorithm.
struct algorithm_traits {
    std::string_view name;   // `alg`
    std::string_view type;   // `kty`
    std::string_view curve;  // `crv`; empty for RSA
    const char* group;       // OpenSSL's name of the curve
    const char* digest;      // OpenSSL's name; null where the algorithm has its own
    std::size_t coordinate;  // bytes of one number on the curve
};

constexpr int min_rsa_bits = 2048;
constexpr int max_rsa_bits = 16384;  // larger ones only cost time

auto traits_of(jws_algorithm algorithm) -> algorithm_traits {
    switch (algorithm) {
        case jws_algorithm::rs256: return {"RS256", "RSA", "", nullptr, "SHA256", 0};
        case jws_algorithm::rs384: return {"RS384", "RSA", "", nullptr, "SHA384", 0};
        case jws_algorithm::rs512: return {"RS512", "RSA", "", nullptr, "SHA512", 0};
        case jws_algorithm::ps256: return {"PS256", "RSA", "", nullptr, "SHA256", 0};
        case jws_algorithm::es256: return {"ES256", "EC", "P-256", "P-256", "SHA256", 32};
        case jws_algorithm::es384: return {"ES384", "EC", "P-384", "P-384", "SHA384", 48};
        case jws_algorithm::ed25519: return {"EdDSA", "OKP", "Ed25519", nullptr, nullptr, 32};
    }
    return {};
}

auto text_at(const json& object, const char* name) -> std::string {
    const auto found = object.find(name);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// A member that is there must allow it; one that is not there does.
auto may_verify(const json& key, const algorithm_traits& traits) -> bool {
    if (text_at(key, "kty") != traits.type || text_at(key, "crv") != traits.curve) {
        return false;
    }
    if (key.contains("use") && text_at(key, "use") != "sig") {
        return false;
    }
    if (key.contains("alg") && text_at(key, "alg") != traits.name) {
        return false;
    }
    const auto operations = key.find("key_ops");
    return operations == key.end() ||
           (operations->is_array() &&
            std::find(operations->begin(), operations->end(), json("verify")) != operations->end());
}

auto number_at(const json& key, const char* name) -> number_handle {
    const auto bytes = from_base64url(text_at(key, name));
    if (!bytes || bytes->empty() || bytes->size() > max_rsa_bits / 8 + 1) {
        return nullptr;
    }
    return number_handle(BN_bin2bn(bytes_of(*bytes), static_cast<int>(bytes->size()), nullptr));
}

auto build(const char* type, OSSL_PARAM_BLD* builder) -> key_handle {
    const parameters all(OSSL_PARAM_BLD_to_param(builder));
    const key_context context(EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr));
    EVP_PKEY* made = nullptr;
    if (!all || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &made, EVP_PKEY_PUBLIC_KEY, all.get()) != 1) {
        return nullptr;
    }
    return key_handle(made);
}

auto rsa_key(const json& key) -> key_handle {
    const auto modulus = number_at(key, "n");
    const auto exponent = number_at(key, "e");
    const parameter_builder builder(OSSL_PARAM_BLD_new());
    if (!modulus || !exponent || !builder || BN_num_bits(modulus.get()) < min_rsa_bits ||
        BN_num_bits(modulus.get()) > max_rsa_bits || BN_is_odd(modulus.get()) == 0 ||
        BN_is_odd(exponent.get()) == 0 || BN_is_one(exponent.get()) == 1 ||
        BN_num_bits(exponent.get()) > 64) {
        return nullptr;
    }
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get());
    OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get());
    return build("RSA", builder.get());
}

auto curve_key(const json& key, const algorithm_traits& traits) -> key_handle {
    const auto x = from_base64url(text_at(key, "x"));
    const auto y = from_base64url(text_at(key, "y"));
    const parameter_builder builder(OSSL_PARAM_BLD_new());
    if (!x || !y || x->size() != traits.coordinate || y->size() != traits.coordinate || !builder) {
        return nullptr;
    }
    const std::string point = '\x04' + *x + *y;  // SEC 1 2.3.3, uncompressed
    OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, traits.group, 0);
    OSSL_PARAM_BLD_push_octet_string(
        builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size()
    );
    auto made = build("EC", builder.get());
    const key_context check(
        made ? EVP_PKEY_CTX_new_from_pkey(nullptr, made.get(), nullptr) : nullptr
    );
    return check && EVP_PKEY_public_check(check.get()) == 1 ? std::move(made) : nullptr;
}

auto edwards_key(const json& key) -> key_handle {
    const auto x = from_base64url(text_at(key, "x"));
    if (!x || x->size() != 32) {
        return nullptr;
    }
    return key_handle(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(*x), x->size())
    );
}

auto key_of(const json& key, const algorithm_traits& traits) -> key_handle {
    if (traits.type == "RSA") {
        return rsa_key(key);
    }
    return traits.type == "EC" ? curve_key(key, traits) : edwards_key(key);
}

// JWS has both numbers side by side (RFC 7518 3.4), OpenSSL wants them in DER; empty if they are
// not what they must be.
auto to_der(std::string_view signature, std::size_t coordinate) -> std::string {
    if (signature.size() != 2 * coordinate) {
        return {};
    }
    const auto half = static_cast<int>(coordinate);
    number_handle r(BN_bin2bn(bytes_of(signature), half, nullptr));
    number_handle s(BN_bin2bn(bytes_of(signature.substr(coordinate)), half, nullptr));
    const signature_handle both(ECDSA_SIG_new());
    if (!r || !s || !both || ECDSA_SIG_set0(both.get(), r.get(), s.get()) != 1) {
        return {};
    }
    // Both belong to the signature now.
    static_cast<void>(r.release());
    static_cast<void>(s.release());
    const int size = i2d_ECDSA_SIG(both.get(), nullptr);
    if (size <= 0) {
        return {};
    }
    std::string der(static_cast<std::size_t>(size), '\0');
    auto* at = bytes_of(der);
    i2d_ECDSA_SIG(both.get(), &at);
    return der;
}

auto use_pss(EVP_PKEY_CTX* context) -> bool {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

}  // namespace

auto jws_algorithm_of(std::string_view name) noexcept -> std::optional<jws_algorithm> {
    for (const auto algorithm :
         {jws_algorithm::rs256, jws_algorithm::rs384, jws_algorithm::rs512, jws_algorithm::ps256,
          jws_algorithm::es256, jws_algorithm::es384, jws_algorithm::ed25519}) {
        if (traits_of(algorithm).name == name) {
            return algorithm;
        }
    }
    return std::nullopt;
}

auto keys_for(const json& jwks, jws_algorithm algorithm) -> std::vector<public_key> {
    std::vector<public_key> keys;
    if (!jwks.is_object()) {
        return keys;
    }
    const auto listed = jwks.find("keys");
    if (listed == jwks.end() || !listed->is_array()) {
        return keys;
    }
    const auto traits = traits_of(algorithm);
    for (const auto& candidate : *listed) {
        if (!candidate.is_object() || !may_verify(candidate, traits)) {
            continue;
        }
        if (auto key = key_of(candidate, traits)) {
            keys.push_back({text_at(candidate, "kid"), std::move(key)});
        }
    }
    ERR_clear_error();
    return keys;
}

auto signature_matches(
    const public_key& key, jws_algorithm algorithm, std::string_view text,
    std::string_view signature
) -> bool {
    const auto traits = traits_of(algorithm);
    const bool on_curve = traits.group != nullptr;
    const std::string der = on_curve ? to_der(signature, traits.coordinate) : std::string();
    if (on_curve && der.empty()) {
        return false;
    }
    const std::string_view checked = on_curve ? std::string_view(der) : signature;
    const digest_context context(EVP_MD_CTX_new());
    EVP_PKEY_CTX* key_settings = nullptr;  // owned by the context
    const bool ready = context && EVP_DigestVerifyInit_ex(
                                      context.get(), &key_settings, traits.digest, nullptr, nullptr,
                                      key.key.get(), nullptr
                                  ) == 1;
    const bool matches =
        ready && (algorithm != jws_algorithm::ps256 || use_pss(key_settings)) &&
        EVP_DigestVerify(
            context.get(), bytes_of(checked), checked.size(), bytes_of(text), text.size()
        ) == 1;
    ERR_clear_error();
    return matches;
}

}  // namespace tenon::host
