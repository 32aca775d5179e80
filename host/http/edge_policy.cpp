#include "http/edge_policy.hpp"

#include "base/url.hpp"

#include <algorithm>
#include <stdexcept>

namespace tenon::host {
namespace {

constexpr std::string_view always =
    "X-Content-Type-Options: nosniff\r\n"
    "X-Frame-Options: DENY\r\n";
constexpr std::string_view silent_policy = "Referrer-Policy: no-referrer\r\n";
constexpr std::string_view closed_policy =
    "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";
constexpr std::string_view transport_policy =
    "Strict-Transport-Security: max-age=31536000; includeSubDomains\r\n";

auto brings(const response& answer, std::string_view name) -> bool {
    return std::any_of(answer.headers.begin(), answer.headers.end(), [&](const auto& field) {
        return equal_ignoring_case(field.first, name);
    });
}

}  // namespace

edge_policy::edge_policy(
    bool security_headers, bool strict_transport, std::vector<std::string> origins
)
    : security_headers_(security_headers),
      strict_transport_(strict_transport),
      origins_(std::move(origins)) {
    for (const auto& origin : origins_) {
        if (!is_web_origin(origin)) {
            throw std::invalid_argument(
                "cors: `" + origin + "` is not an origin such as https://app.example"
            );
        }
    }
}

auto edge_policy::allowed_origin(const request& asked) const -> std::string_view {
    if (origins_.empty()) {
        return {};
    }
    const auto origin = asked.headers.find("origin");
    const auto found = std::find(origins_.begin(), origins_.end(), origin);
    return found == origins_.end() ? std::string_view() : std::string_view(*found);
}

void edge_policy::write(
    std::string& out, const response& answer, bool secure, std::string_view origin
) const {
    if (security_headers_) {
        out += always;
        if (!brings(answer, "referrer-policy")) {
            out += silent_policy;
        }
        if (!brings(answer, "content-security-policy")) {
            out += closed_policy;
        }
        if (secure && strict_transport_) {
            out += transport_policy;
        }
    }
    if (!origins_.empty()) {
        out += "Vary: Origin\r\n";
    }
    if (!origin.empty()) {
        out.append("Access-Control-Allow-Origin: ").append(origin).append("\r\n");
        out += "Access-Control-Expose-Headers: X-Request-Id, Retry-After, ETag\r\n";
    }
}

auto edge_policy::options_response(std::string_view allow, std::string_view origin) -> response {
    auto answer = empty_response(204);
    answer.add_header("Allow", allow);
    if (!origin.empty()) {
        answer.add_header("Access-Control-Allow-Methods", allow);
        answer.add_header(
            "Access-Control-Allow-Headers",
            "Authorization, Content-Type, X-API-Key, X-Tenon-User, Idempotency-Key, If-None-Match, "
            "X-Request-Id"
        );
        answer.add_header("Access-Control-Max-Age", "600");
    }
    return answer;
}

}  // namespace tenon::host
