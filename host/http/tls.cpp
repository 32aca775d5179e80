#include "http/tls.hpp"

#include <openssl/ssl.h>

#include <string_view>

namespace tenon::host {
namespace ssl = boost::asio::ssl;
namespace {

constexpr std::string_view protocols("\x08http/1.1", 9);

auto choose_protocol(
    SSL* /*connection*/, const unsigned char** chosen, unsigned char* chosen_size,
    const unsigned char* offered, unsigned offered_size, void* /*unused*/
) -> int {
    unsigned char* found = nullptr;
    const auto* const ours = reinterpret_cast<const unsigned char*>(protocols.data());
    const int how = SSL_select_next_proto(
        &found, chosen_size, ours, static_cast<unsigned>(protocols.size()), offered, offered_size
    );
    *chosen = found;
    return how == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

auto is_reason(const boost::system::error_code& why, int library, int reason) -> bool {
    const auto code = static_cast<unsigned long>(why.value());
    return ERR_GET_LIB(code) == library && ERR_GET_REASON(code) == reason;
}

auto unusable(const std::string& file, const boost::system::error_code& why) -> error {
    const bool no_pem = is_reason(why, ERR_LIB_PEM, PEM_R_NO_START_LINE);
    return fail(
        errc::invalid_request,
        "TLS: " + file + " can't be used: " + (no_pem ? "it holds none in PEM" : why.message())
    );
}

auto take_private_key(
    ssl::context& into, const std::string& file, const std::string& certificate_file
) -> result<void> {
    // Nobody is there to type a passphrase: OpenSSL would ask the terminal for it, and wait.
    const auto asked = std::make_shared<bool>(false);
    into.set_password_callback([asked](std::size_t, ssl::context::password_purpose) {
        *asked = true;
        return std::string();
    });
    boost::system::error_code failed;
    into.use_private_key_file(file, ssl::context::pem, failed);
    // One of another type than the certificate's would be kept beside it.
    if (!failed && SSL_CTX_check_private_key(into.native_handle()) == 1) {
        return {};
    }
    if (*asked) {
        return fail(
            errc::invalid_request,
            "TLS: " + file + " is encrypted: `openssl pkey` writes it without a passphrase"
        );
    }
    if (!failed || is_reason(failed, ERR_LIB_X509, X509_R_KEY_VALUES_MISMATCH)) {
        return fail(
            errc::invalid_request, "TLS: " + file + " is not the key of " + certificate_file
        );
    }
    return unusable(file, failed);
}

}  // namespace

auto make_tls_context(const std::string& certificate_file, const std::string& private_key_file)
    -> result<std::shared_ptr<ssl::context>> {
    auto made = std::make_shared<ssl::context>(ssl::context::tls_server);
    SSL_CTX_set_min_proto_version(made->native_handle(), TLS1_2_VERSION);
    // Idle connections hold no record buffers; renegotiation only costs the server.
    SSL_CTX_set_mode(made->native_handle(), SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_options(
        made->native_handle(), SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE
    );
    SSL_CTX_set_alpn_select_cb(made->native_handle(), choose_protocol, nullptr);
    boost::system::error_code failed;
    made->use_certificate_chain_file(certificate_file, failed);
    if (failed) {
        return unusable(certificate_file, failed);
    }
    if (auto taken = take_private_key(*made, private_key_file, certificate_file);
        taken.has_error()) {
        return taken.error();
    }
    return made;
}

auto validity_problem(ssl::context& identity) -> std::string {
    const auto* const shown = SSL_CTX_get0_certificate(identity.native_handle());
    if (shown == nullptr) {
        return {};
    }
    if (X509_cmp_current_time(X509_get0_notAfter(shown)) < 0) {
        return "the certificate has expired: clients refuse it";
    }
    if (X509_cmp_current_time(X509_get0_notBefore(shown)) > 0) {
        return "the certificate is not valid yet: clients refuse it";
    }
    return {};
}

}  // namespace tenon::host
