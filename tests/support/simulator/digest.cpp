#include "support/simulator/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>
#include <algorithm>
#include <array>
#include <cctype>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

auto number_of(evp_pkey_st* key, const char* name) -> std::string {
    BIGNUM* number = nullptr;
    if (EVP_PKEY_get_bn_param(key, name, &number) != 1) {
        throw std::runtime_error("OpenSSL does not tell the RSA key's numbers");
    }
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(number)), '\0');
    BN_bn2bin(number, reinterpret_cast<unsigned char*>(bytes.data()));
    BN_free(number);
    return bytes;
}

}  // namespace

auto sha256(std::string_view bytes) -> std::string {
    std::string digest(32, '\0');
    if (EVP_Digest(
            bytes.data(), bytes.size(), reinterpret_cast<unsigned char*>(digest.data()), nullptr,
            EVP_sha256(), nullptr
        ) != 1) {
        throw std::runtime_error("OpenSSL has no SHA-256");
    }
    return digest;
}

auto hmac_sha256(std::string_view key, std::string_view message) -> std::string {
    std::string digest(32, '\0');
    const auto* const bytes = reinterpret_cast<const unsigned char*>(message.data());
    if (HMAC(
            EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes, message.size(),
            reinterpret_cast<unsigned char*>(digest.data()), nullptr
        ) == nullptr) {
        throw std::runtime_error("OpenSSL has no HMAC");
    }
    return digest;
}

auto to_hex(std::string_view bytes) -> std::string {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        text += digits[byte >> 4U];
        text += digits[byte & 15U];
    }
    return text;
}

auto to_base64url(std::string_view bytes) -> std::string {
    std::string text;
    std::uint32_t held = 0;
    unsigned bits = 0;
    const auto emit = [&](std::uint32_t sextet) {
        const char c = standard[sextet & 63U];
        text += c == '+' ? '-' : c == '/' ? '_' : c;
    };
    for (const char c : bytes) {
        held = (held << 8U) | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6; bits -= 6) {
            emit(held >> (bits - 6));
        }
    }
    if (bits > 0) {
        emit(held << (6 - bits));
    }
    return text;
}

auto to_base64(std::string_view bytes) -> std::string {
    std::string text = to_base64url(bytes);
    std::ranges::replace(text, '-', '+');
    std::ranges::replace(text, '_', '/');
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

auto from_base64(std::string_view text) -> std::optional<std::string> {
    if (text.empty() || text.size() % 4 != 0) {
        return std::nullopt;
    }
    while (text.ends_with('=')) {
        text.remove_suffix(1);
    }
    std::string bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const auto value = standard.find(c);
        if (value == std::string_view::npos) {
            return std::nullopt;
        }
        held = (held << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>((held >> bits) & 255U);
        }
    }
    return bytes;
}

signing_key::signing_key() = default;
signing_key::~signing_key() = default;

void signing_key::free_key::operator()(evp_pkey_st* key) const noexcept {
    EVP_PKEY_free(key);
}

void signing_key::ensure() {
    if (!key_) {
        rotate();
    }
}

void signing_key::rotate() {
    key_.reset(EVP_RSA_gen(2048));
    if (!key_) {
        throw std::runtime_error("OpenSSL makes no RSA key");
    }
    modulus_ = to_base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_N));
    exponent_ = to_base64url(number_of(key_.get(), OSSL_PKEY_PARAM_RSA_E));
    // RFC 7638: members in lexical order, no white space.
    kid_ =
        to_base64url(sha256(R"({"e":")" + exponent_ + R"(","kty":"RSA","n":")" + modulus_ + R"("})")
        );
}

auto signing_key::jwks() -> json {
    ensure();
    const json key = {{"kty", "RSA"}, {"use", "sig"},  {"alg", "RS256"},
                      {"kid", kid_},  {"n", modulus_}, {"e", exponent_}};
    return {{"keys", json::array({key})}};
}

auto signing_key::sign(const json& claims) -> std::string {
    ensure();
    const json header = {{"alg", "RS256"}, {"typ", "JWT"}, {"kid", kid_}};
    const auto input = to_base64url(header.dump()) + '.' + to_base64url(claims.dump());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(
        EVP_MD_CTX_new(), &EVP_MD_CTX_free
    );
    std::size_t size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(input.data());
    if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key_.get()) != 1 ||
        EVP_DigestSign(context.get(), nullptr, &size, bytes, input.size()) != 1) {
        throw std::runtime_error("OpenSSL does not sign");
    }
    std::string signature(size, '\0');
    if (EVP_DigestSign(
            context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, bytes,
            input.size()
        ) != 1) {
        throw std::runtime_error("OpenSSL does not sign");
    }
    signature.resize(size);
    return input + '.' + to_base64url(signature);
}

}  // namespace tenon::sim
