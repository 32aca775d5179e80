#include "crypto/gcm.hpp"

#include "crypto/openssl.hpp"

#include <openssl/crypto.h>

#include <climits>

namespace tenon::host {
namespace {

auto algorithm() -> const EVP_CIPHER* {
    static const EVP_CIPHER* const fetched = EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr);
    must(fetched != nullptr, "no AES-256-GCM");
    return fetched;
}

// A context a thread and a direction, set up once: that costs more than the encryption.
auto context_for_sealing() -> EVP_CIPHER_CTX* {
    thread_local const cipher_context context = [] {
        cipher_context made(EVP_CIPHER_CTX_new());
        must(
            made && EVP_EncryptInit_ex2(made.get(), algorithm(), nullptr, nullptr, nullptr) == 1,
            "cipher"
        );
        return made;
    }();
    return context.get();
}

auto context_for_opening() -> EVP_CIPHER_CTX* {
    thread_local const cipher_context context = [] {
        cipher_context made(EVP_CIPHER_CTX_new());
        must(
            made && EVP_DecryptInit_ex2(made.get(), algorithm(), nullptr, nullptr, nullptr) == 1,
            "cipher"
        );
        return made;
    }();
    return context.get();
}

auto int_size(std::string_view bytes) -> int {
    must(bytes.size() <= INT_MAX, "too long");
    return static_cast<int>(bytes.size());
}

// The context keeps a key schedule until its next use: overwritten, so that memory holds no row's
// key.
void forget_key(EVP_CIPHER_CTX* context) {
    static constexpr gcm_key zero{};
    static constexpr std::array<unsigned char, gcm_nonce_size> nonce{};
    EVP_CipherInit_ex2(context, nullptr, zero.data(), nonce.data(), -1, nullptr);
}

}  // namespace

void gcm_seal(
    const gcm_key& key, std::string_view nonce, std::string_view additional,
    std::string_view plaintext, unsigned char* out
) {
    auto* const context = context_for_sealing();
    int written = 0;
    bool done =
        nonce.size() == gcm_nonce_size &&
        EVP_EncryptInit_ex2(context, nullptr, key.data(), bytes_of(nonce), nullptr) == 1 &&
        (additional.empty() ||
         EVP_EncryptUpdate(
             context, nullptr, &written, bytes_of(additional), int_size(additional)
         ) == 1) &&
        (plaintext.empty() ||
         EVP_EncryptUpdate(context, out, &written, bytes_of(plaintext), int_size(plaintext)) == 1);
    unsigned char* const tag = out + plaintext.size();
    done = done && EVP_EncryptFinal_ex(context, tag, &written) == 1 &&
           EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, gcm_tag_size, tag) == 1;
    forget_key(context);
    must(done, "encryption");
}

auto gcm_open(
    const gcm_key& key, std::string_view nonce, std::string_view additional,
    std::string_view sealed, unsigned char* out
) -> bool {
    if (nonce.size() != gcm_nonce_size || sealed.size() < gcm_tag_size) {
        return false;
    }
    const auto text = sealed.substr(0, sealed.size() - gcm_tag_size);
    std::array<unsigned char, gcm_tag_size> tag{};
    sealed.copy(reinterpret_cast<char*>(tag.data()), tag.size(), text.size());
    auto* const context = context_for_opening();
    int written = 0;
    const bool opened =
        EVP_DecryptInit_ex2(context, nullptr, key.data(), bytes_of(nonce), nullptr) == 1 &&
        (additional.empty() ||
         EVP_DecryptUpdate(
             context, nullptr, &written, bytes_of(additional), int_size(additional)
         ) == 1) &&
        (text.empty() ||
         EVP_DecryptUpdate(context, out, &written, bytes_of(text), int_size(text)) == 1) &&
        EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, gcm_tag_size, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context, out + text.size(), &written) == 1;
    forget_key(context);
    if (!opened) {
        OPENSSL_cleanse(out, text.size());
    }
    return opened;
}

}  // namespace tenon::host
