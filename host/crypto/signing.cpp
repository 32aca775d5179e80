#include "crypto/signing.hpp"

#include "crypto/encoding.hpp"
#include "crypto/openssl.hpp"

#include <openssl/err.h>
#include <openssl/pem.h>

namespace tenon::host {
namespace {

constexpr std::size_t public_size = 32;
constexpr std::size_t signature_size = 64;

using memory_file = openssl_handle<BIO, BIO_free_all>;

// A key with a passphrase is not asked for it.
auto no_passphrase(char*, int, int, void*) -> int {
    return -1;
}

auto read_private(const secret& pem) -> result<key_handle> {
    const auto text = pem.reveal();
    const memory_file from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    must(from != nullptr, "memory");
    key_handle key(PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr));
    ERR_clear_error();
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1) {
        return fail(
            errc::invalid_request,
            "no Ed25519 private key in PEM without a passphrase: `tenon plugin keygen` makes one"
        );
    }
    return key;
}

auto read_public(std::string_view text) -> key_handle {
    const auto bytes = from_base64(text);
    if (!bytes || bytes->size() != public_size) {
        return nullptr;
    }
    key_handle key(
        EVP_PKEY_new_raw_public_key_ex(nullptr, "ED25519", nullptr, bytes_of(*bytes), bytes->size())
    );
    ERR_clear_error();
    return key;
}

auto public_text(const key_handle& key) -> std::string {
    std::string bytes(public_size, '\0');
    auto size = bytes.size();
    must(
        EVP_PKEY_get_raw_public_key(key.get(), bytes_of(bytes), &size) == 1 && size == public_size,
        "public key"
    );
    return to_base64(bytes);
}

}  // namespace

auto generate_signing_key() -> signing_key {
    const key_handle key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
    const memory_file into(BIO_new(BIO_s_secmem()));
    must(
        key && into &&
            PEM_write_bio_PKCS8PrivateKey(
                into.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr
            ) == 1,
        "key generation"
    );
    char* text = nullptr;
    const auto size = BIO_get_mem_data(into.get(), &text);
    return {secret(std::string(text, static_cast<std::size_t>(size))), public_text(key)};
}

auto public_key_of(const secret& private_pem) -> result<std::string> {
    const auto key = read_private(private_pem);
    if (key.has_error()) {
        return key.error();
    }
    return public_text(*key);
}

auto sign_bytes(const secret& private_pem, std::string_view bytes) -> result<std::string> {
    const auto key = read_private(private_pem);
    if (key.has_error()) {
        return key.error();
    }
    const digest_context context(EVP_MD_CTX_new());
    std::string signature(signature_size, '\0');
    auto size = signature.size();
    must(
        context &&
            EVP_DigestSignInit_ex(
                context.get(), nullptr, nullptr, nullptr, nullptr, key->get(), nullptr
            ) == 1 &&
            EVP_DigestSign(
                context.get(), bytes_of(signature), &size, bytes_of(bytes), bytes.size()
            ) == 1 &&
            size == signature_size,
        "signature"
    );
    return to_base64(signature);
}

auto is_public_key(std::string_view public_key) -> bool {
    return read_public(public_key) != nullptr;
}

auto is_signed_by(std::string_view public_key, std::string_view bytes, std::string_view signature)
    -> bool {
    const auto key = read_public(public_key);
    const auto given = from_base64(signature);
    if (!key || !given || given->size() != signature_size) {
        return false;
    }
    const digest_context context(EVP_MD_CTX_new());
    const bool matches =
        context &&
        EVP_DigestVerifyInit_ex(
            context.get(), nullptr, nullptr, nullptr, nullptr, key.get(), nullptr
        ) == 1 &&
        EVP_DigestVerify(
            context.get(), bytes_of(*given), given->size(), bytes_of(bytes), bytes.size()
        ) == 1;
    ERR_clear_error();
    return matches;
}

}  // namespace tenon::host
