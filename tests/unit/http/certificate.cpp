#include "unit/http/certificate.hpp"

#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdio>
#include <memory>
#include <stdexcept>

namespace tenon::test {
namespace {

template <auto Free>
struct deleter {
    template <class T>
    void operator()(T* held) const noexcept {
        Free(held);
    }
};
template <class T, auto Free>
using handle = std::unique_ptr<T, deleter<Free>>;

void must(bool done, const char* what) {
    if (!done) {
        throw std::runtime_error(what);
    }
}

void add_extension(X509* made, int which, const char* value) {
    const handle<X509_EXTENSION, X509_EXTENSION_free> extension(
        X509V3_EXT_conf_nid(nullptr, nullptr, which, value)
    );
    must(extension && X509_add_ext(made, extension.get(), -1) == 1, "no extension");
}

}  // namespace

certificate::certificate(const certificate_options& options)
    : file_((dir_.path() / "cert.pem").string()), key_file_((dir_.path() / "key.pem").string()) {
    const handle<EVP_PKEY, EVP_PKEY_free> key(
        options.rsa ? EVP_RSA_gen(2048) : EVP_EC_gen("P-256")
    );
    const handle<X509, X509_free> made(X509_new());
    must(key && made, "no certificate");
    X509_set_version(made.get(), 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
    X509_gmtime_adj(X509_getm_notBefore(made.get()), -7200);
    X509_gmtime_adj(X509_getm_notAfter(made.get()), options.ends_in.count());
    X509_set_pubkey(made.get(), key.get());
    X509_NAME* name = X509_get_subject_name(made.get());
    const auto* text = reinterpret_cast<const unsigned char*>("tenon test");
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
    X509_set_issuer_name(made.get(), name);
    add_extension(made.get(), NID_subject_alt_name, options.names.c_str());
    add_extension(made.get(), NID_basic_constraints, "critical,CA:TRUE");
    must(X509_sign(made.get(), key.get(), EVP_sha256()) > 0, "not signed");

    const handle<std::FILE, std::fclose> cert_out(std::fopen(file_.c_str(), "w"));
    const handle<std::FILE, std::fclose> key_out(std::fopen(key_file_.c_str(), "w"));
    must(cert_out && key_out, "no file");
    must(PEM_write_X509(cert_out.get(), made.get()) == 1, "not written");
    const auto& passphrase = options.passphrase;
    const int written = PEM_write_PrivateKey(
        key_out.get(), key.get(), passphrase.empty() ? nullptr : EVP_aes_128_cbc(),
        reinterpret_cast<const unsigned char*>(passphrase.data()),
        static_cast<int>(passphrase.size()), nullptr, nullptr
    );
    must(written == 1, "not written");
}

}  // namespace tenon::test
