#include "signer.hpp"

#include "crypto/encoding.hpp"

#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>

namespace tenon::test {
namespace {

using nlohmann::json;
using tenon::host::to_base64url;

void must(bool done) {
    if (!done) {
        throw std::runtime_error("OpenSSL refused");
    }
}

auto number(EVP_PKEY* key, const char* name, std::size_t size) -> std::string {
    BIGNUM* value = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &value) == 1);
    const auto width = size == 0 ? static_cast<std::size_t>(BN_num_bytes(value)) : size;
    std::string bytes(width, '\0');
    BN_bn2binpad(value, reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(width));
    BN_free(value);
    return to_base64url(bytes);
}

auto group_of(EVP_PKEY* key) -> std::string {
    std::string name(32, '\0');
    std::size_t size = 0;
    must(EVP_PKEY_get_group_name(key, name.data(), name.size(), &size) == 1);
    name.resize(size);
    return name == "prime256v1" ? "P-256" : name == "secp384r1" ? "P-384" : name;
}

// JWS has the two numbers side by side (RFC 7518 3.4).
auto from_der(const std::string& der, int coordinate) -> std::string {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* both = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    must(both != nullptr);
    std::string raw(static_cast<std::size_t>(2 * coordinate), '\0');
    auto* out = reinterpret_cast<unsigned char*>(raw.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(both), out, coordinate);
    BN_bn2binpad(ECDSA_SIG_get0_s(both), out + coordinate, coordinate);
    ECDSA_SIG_free(both);
    return raw;
}

auto digest_of(const std::string& algorithm) -> const char* {
    if (algorithm == "EdDSA") {
        return nullptr;
    }
    if (algorithm.ends_with("384")) {
        return "SHA384";
    }
    return algorithm.ends_with("512") ? "SHA512" : "SHA256";
}

}  // namespace

signer::signer(evp_pkey_st* key) : key_(key, EVP_PKEY_free) {
    must(key != nullptr);
}

auto signer::rsa(unsigned bits) -> signer {
    return signer(EVP_RSA_gen(bits));
}

auto signer::curve(const char* name) -> signer {
    return signer(EVP_EC_gen(name));
}

auto signer::edwards() -> signer {
    return signer(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}

auto signer::jwk(std::string_view kid) const -> json {
    json key;
    if (EVP_PKEY_is_a(key_.get(), "RSA") == 1) {
        key = {
            {"kty", "RSA"},
            {"n", number(key_.get(), OSSL_PKEY_PARAM_RSA_N, 0)},
            {"e", number(key_.get(), OSSL_PKEY_PARAM_RSA_E, 0)}};
    } else if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
        const auto group = group_of(key_.get());
        const std::size_t size = group == "P-384" ? 48 : 32;
        key = {
            {"kty", "EC"},
            {"crv", group},
            {"x", number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_X, size)},
            {"y", number(key_.get(), OSSL_PKEY_PARAM_EC_PUB_Y, size)}};
    } else {
        std::string bytes(32, '\0');
        std::size_t size = bytes.size();
        EVP_PKEY_get_raw_public_key(
            key_.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size
        );
        key = {{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", to_base64url(bytes)}};
    }
    if (!kid.empty()) {
        key["kid"] = kid;
    }
    return key;
}

auto signer::sign(const json& header, std::string_view payload) const -> std::string {
    const std::string text = to_base64url(header.dump()) + '.' + to_base64url(payload);
    const std::string algorithm = header.value("alg", "RS256");
    const std::shared_ptr<EVP_MD_CTX> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_PKEY_CTX* settings = nullptr;
    must(
        EVP_DigestSignInit_ex(
            context.get(), &settings, digest_of(algorithm), nullptr, nullptr, key_.get(), nullptr
        ) == 1
    );
    if (algorithm.starts_with("PS")) {
        must(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1);
        must(EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) == 1);
    }
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    std::size_t size = 0;
    must(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
    std::string signature(size, '\0');
    must(
        EVP_DigestSign(
            context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
            text.size()
        ) == 1
    );
    signature.resize(size);
    if (EVP_PKEY_is_a(key_.get(), "EC") == 1) {
        signature = from_der(signature, group_of(key_.get()) == "P-384" ? 48 : 32);
    }
    return text + '.' + to_base64url(signature);
}

}  // namespace tenon::test
