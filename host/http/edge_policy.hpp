// Security headers and CORS: what is said to browsers, by configuration.
#pragma once

#include "http/request.hpp"
#include "http/response.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

class edge_policy {
  public:
    // Throws std::invalid_argument for an origin that is not is_web_origin().
    edge_policy(bool security_headers, bool strict_transport, std::vector<std::string> origins);

    // The request's Origin if it is one of the configured ones (RFC 6454: compared exactly), else
    // empty.
    [[nodiscard]] auto allowed_origin(const request& asked) const -> std::string_view;

    // Appends header lines, each with its CRLF. Content-Security-Policy and Referrer-Policy only
    // where the response brings none. `origin` is what allowed_origin() gave.
    void write(std::string& out, const response& answer, bool secure, std::string_view origin)
        const;

    // The answer to OPTIONS (Fetch: CORS preflight, where the origin is allowed), or to an OPTIONS
    // of any other kind.
    [[nodiscard]] static auto options_response(std::string_view allow, std::string_view origin)
        -> response;

  private:
    bool security_headers_;
    bool strict_transport_;
    std::vector<std::string> origins_;
};

}  // namespace tenon::host
