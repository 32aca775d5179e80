// How an exchange ended, in base's words.
#include "net/transfer.hpp"

namespace tenon::host {

auto transfer::outcome_of(CURLcode code) const -> transport {
    // Another address of the name may have served.
    if (address_denied_ && code != CURLE_OK) {
        return transport::denied;
    }
    if (too_large_) {
        return transport::too_large;
    }
    switch (code) {
        case CURLE_OK: return transport::ok;
        case CURLE_OPERATION_TIMEDOUT: return transport::timeout;
        case CURLE_COULDNT_RESOLVE_HOST:
        case CURLE_COULDNT_RESOLVE_PROXY: return transport::dns;
        case CURLE_COULDNT_CONNECT:
        case CURLE_PROXY: return transport::connect;
        case CURLE_SSL_CONNECT_ERROR:
        case CURLE_SSL_ENGINE_NOTFOUND:
        case CURLE_SSL_ENGINE_SETFAILED:
        case CURLE_SSL_CERTPROBLEM:
        case CURLE_SSL_CIPHER:
        case CURLE_PEER_FAILED_VERIFICATION:
        case CURLE_SSL_CACERT_BADFILE:
        case CURLE_SSL_CRL_BADFILE:
        case CURLE_SSL_ISSUER_ERROR:
        case CURLE_SSL_INVALIDCERTSTATUS:
        case CURLE_USE_SSL_FAILED: return transport::tls;
        case CURLE_FILESIZE_EXCEEDED: return transport::too_large;
        case CURLE_URL_MALFORMAT:
        case CURLE_LOGIN_DENIED: return transport::denied;
        default: return transport::reset;
    }
}

auto transfer::how_sent() const -> request_sent {
    if (!easy_) {
        return request_sent::no;
    }
    if (header_bytes_ > 0 || !response.body.empty()) {
        return request_sent::yes;
    }
    long written = 0;
    curl_off_t uploaded = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_REQUEST_SIZE, &written);
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &uploaded);
    return written > 0 || uploaded > 0 ? request_sent::maybe : request_sent::no;
}

void transfer::complete(CURLcode code) {
    response.outcome = outcome_of(code);
    response.sent = how_sent();
    // Bytes came, but no HTTP (curl's word for HTTP/0.9): it was sent, for something answered.
    if (code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_WEIRD_SERVER_REPLY) {
        response.sent = request_sent::yes;
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    response.status = static_cast<std::uint32_t>(status);
    if (response.outcome != transport::ok) {
        response.problem = address_denied_   ? "the name leads to an address that is not public"
                           : too_large_      ? "the answer is larger than allowed"
                           : resend_refused_ ? "the connection was gone before an answer came"
                                             : curl_easy_strerror(code);
    }
    settle();
}

void transfer::give_up(transport why, std::string_view problem) {
    response.outcome = why;
    response.sent = how_sent();
    response.problem = problem;
    settle();
}

void transfer::settle() {
    if (response.outcome != transport::ok) {
        response.body.clear();  // half an answer is none
    }
    is_settled_ = true;
    settled.cancel();
}

}  // namespace tenon::host
