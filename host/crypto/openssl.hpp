// OpenSSL's handles, owned. For this room's sources only.
#pragma once

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tenon::host {

template <auto Free>
struct openssl_deleter {
    template <class T>
    void operator()(T* handle) const noexcept {
        Free(handle);
    }
};
template <class T, auto Free>
using openssl_handle = std::unique_ptr<T, openssl_deleter<Free>>;

using digest_context = openssl_handle<EVP_MD_CTX, EVP_MD_CTX_free>;
using cipher_context = openssl_handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using key_context = openssl_handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using key_handle = openssl_handle<EVP_PKEY, EVP_PKEY_free>;
using number_handle = openssl_handle<BIGNUM, BN_free>;
using signature_handle = openssl_handle<ECDSA_SIG, ECDSA_SIG_free>;
using parameter_builder = openssl_handle<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;
using parameters = openssl_handle<OSSL_PARAM, OSSL_PARAM_free>;

[[nodiscard]] inline auto bytes_of(std::string_view text) noexcept -> const unsigned char* {
    return reinterpret_cast<const unsigned char*>(text.data());
}
[[nodiscard]] inline auto bytes_of(std::string& text) noexcept -> unsigned char* {
    return reinterpret_cast<unsigned char*>(text.data());
}

// For calls that fail only if OpenSSL is broken or memory is out.
inline void must(bool done, const char* what) {
    if (!done) {
        throw std::runtime_error(std::string("OpenSSL failed: ") + what);
    }
}

}  // namespace tenon::host
