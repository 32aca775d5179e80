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
    const auto ours = reinterpret_cast<const unsigned char*>(protocols.data());
    const int how = SSL_select_next_proto(
        &found, chosen_size, ours, static_cast<unsigned>(protocols.size()), offered, offered_size
    );
    *chosen = found;
    return how == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_NOACK;
}

auto unusable(const std::string& file, const boost::system::error_code& why) -> error {
    return fail(errc::invalid_request, "TLS: " + file + " can't be used: " + why.message());
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
    made->use_private_key_file(private_key_file, ssl::context::pem, failed);
    if (failed) {
        return unusable(private_key_file, failed);
    }
    if (SSL_CTX_check_private_key(made->native_handle()) != 1) {
        return fail(
            errc::invalid_request,
            "TLS: " + private_key_file + " is not the key of " + certificate_file
        );
    }
    return made;
}

}  // namespace tenon::host
