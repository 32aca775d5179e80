#include "api/flow_cookie.hpp"

#include "http/request.hpp"

namespace tenon::host {

auto flow_cookie_name(bool secure) noexcept -> std::string_view {
    return secure ? "__Host-tenon-flow" : "tenon-flow";
}

auto make_flow_cookie(const request& from, std::string_view value) -> std::string {
    std::string cookie(flow_cookie_name(from.secure));
    cookie += '=';
    cookie += value;
    // Lax, not Strict: the provider's redirect back is a navigation from another site.
    cookie += "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax";
    return from.secure ? cookie + "; Secure" : cookie;
}

auto flow_cookie_of(const request& from) -> std::string {
    return std::string(from.cookie(flow_cookie_name(from.secure)).value_or(""));
}

}  // namespace tenon::host
