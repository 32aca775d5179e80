// What the encoder's tests ask, and with which descriptor.
#pragma once

#include <tenon/descriptor.h>
#include <tenon/request.h>
#include <algorithm>
#include "provider/operation.hpp"
#include "provider/request_encoder.hpp"
#include "provider/url_encoder.hpp"
#include "support/catch.hpp"
#include "unit/provider/show.hpp"

namespace tenon::host {

// Everything an encoding needs, owned.
struct bench {
    explicit bench(operation_kind kind = operation_kind::revoke) : kind_(kind) {
        about.origins = {
            {"https://login.example.test", TENON_ROLE_AUTHORIZE},
            {"https://token.example.test", TENON_ROLE_TOKEN | TENON_ROLE_REVOKE},
            {"https://api.example.test", TENON_ROLE_API},
        };
        about.client_id_param = "client_id";
        secrets.access_token = secret("AT");
        secrets.refresh_token = secret("RT");
    }
    auto encode(const http_action& action) -> or_refusal<outbound_request> {
        const auto egress = egress_policy::make(about, {}).value();
        const std::map<std::string, std::string> connect;
        return encode_request(
            action, {about, egress, connect, {kind_, client_id, &client_secret, &secrets}, "x"}
        );
    }
    auto authorize(const http_action& action) -> or_refusal<std::string> {
        const auto egress = egress_policy::make(about, {}).value();
        const std::map<std::string, std::string> connect;
        return encode_authorize(
            action, {about, egress, connect, {kind_, client_id, &client_secret, &secrets}, "x"},
            {"st&te", "https://us.test/cb"}
        );
    }

    descriptor about;
    std::string client_id = "id 1:é";
    secret client_secret{"se+c:ret"};
    operation_secrets secrets;

  private:
    operation_kind kind_;
};

inline auto post() -> http_action {
    http_action out;
    out.method = "POST";
    out.url = "https://token.example.test/token";
    return out;
}

inline auto get() -> http_action {
    http_action out;
    out.method = "GET";
    out.url = "https://api.example.test/me";
    return out;
}

inline auto get_with_bearer() -> http_action {
    auto out = get();
    out.flags = TENON_HTTP_BEARER;
    return out;
}

inline auto header(const outbound_request& request, std::string_view name) -> std::string {
    const auto found =
        std::ranges::find(request.headers, name, &std::pair<std::string, std::string>::first);
    return found == request.headers.end() ? "(none)" : found->second;
}

inline void check_broken(const or_refusal<outbound_request>& out) {
    REQUIRE(out.has_error());
    CHECK(out.error().kind == refusal_kind::broken);
}

inline void check_denied(const or_refusal<outbound_request>& out) {
    REQUIRE(out.has_error());
    CHECK(out.error().kind == refusal_kind::denied);
}

}  // namespace tenon::host
