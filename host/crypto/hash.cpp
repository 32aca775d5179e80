#include "crypto/hash.hpp"

#include "crypto/hkdf.hpp"
#include "crypto/openssl.hpp"

#include <openssl/crypto.h>

namespace tenon::host {
namespace {

// Fetched once: a fetch by name at every call costs more than the digest. Never freed: threads that
// outlive main may hash.
auto sha256_algorithm() -> const EVP_MD* {
    static const EVP_MD* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    must(algorithm != nullptr, "no SHA-256");
    return algorithm;
}

constexpr std::size_t block_size = 64;

}  // namespace

void sha256_into(unsigned char* digest, std::initializer_list<std::string_view> parts) {
    thread_local const digest_context context(EVP_MD_CTX_new());
    must(
        context != nullptr && EVP_DigestInit_ex2(context.get(), sha256_algorithm(), nullptr) == 1,
        "digest"
    );
    for (const auto part : parts) {
        must(EVP_DigestUpdate(context.get(), part.data(), part.size()) == 1, "digest");
    }
    must(EVP_DigestFinal_ex(context.get(), digest, nullptr) == 1, "digest");
}

auto sha256(std::string_view bytes) -> std::string {
    std::string digest(sha256_size, '\0');
    sha256_into(bytes_of(digest), {bytes});
    return digest;
}

hmac_key::hmac_key(std::string_view key) {
    inner_.fill(0x36);
    outer_.fill(0x5c);
    std::array<unsigned char, sha256_size> digest{};
    if (key.size() > block_size) {
        sha256_into(digest.data(), {key});
        key = {reinterpret_cast<const char*>(digest.data()), digest.size()};
    }
    for (std::size_t i = 0; i < key.size(); ++i) {
        inner_[i] = static_cast<char>(inner_[i] ^ key[i]);
        outer_[i] = static_cast<char>(outer_[i] ^ key[i]);
    }
    OPENSSL_cleanse(digest.data(), digest.size());
}

hmac_key::~hmac_key() {
    OPENSSL_cleanse(inner_.data(), inner_.size());
    OPENSSL_cleanse(outer_.data(), outer_.size());
}

void hmac_key::mac_into(unsigned char* mac, std::string_view first, std::string_view second) const {
    std::array<char, sha256_size> digest{};
    sha256_into(
        reinterpret_cast<unsigned char*>(digest.data()),
        {{inner_.data(), inner_.size()}, first, second}
    );
    sha256_into(mac, {{outer_.data(), outer_.size()}, {digest.data(), digest.size()}});
}

auto hmac_sha256(std::string_view key, std::string_view bytes) -> std::string {
    std::string mac(sha256_size, '\0');
    hmac_key(key).mac_into(bytes_of(mac), bytes);
    return mac;
}

auto equal_in_constant_time(std::string_view left, std::string_view right) noexcept -> bool {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace tenon::host
