// A listener's TLS.
#pragma once

#include "base/result.hpp"

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace tenon::host {

// TLS 1.2 or newer with OpenSSL's own ciphers, ALPN `http/1.1`. Never asks a terminal for a
// passphrase. Error: invalid_request, naming the file that can't be used and why.
[[nodiscard]] auto make_tls_context(
    const std::string& certificate_file, const std::string& private_key_file
) -> result<std::shared_ptr<boost::asio::ssl::context>>;

// That its certificate has expired, or is not valid yet; empty where it is valid now.
[[nodiscard]] auto validity_problem(boost::asio::ssl::context& identity) -> std::string;

}  // namespace tenon::host
