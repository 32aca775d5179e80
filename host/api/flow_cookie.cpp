#include "api/flow_cookie.hpp"

#include "crypto/random.hpp"
#include "http/request.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

constexpr std::size_t binding_length = 43;  // 256 bits in base64url

auto is_secure(std::string_view public_url) noexcept -> bool {
    return public_url.starts_with("https://");
}

auto is_binding(std::string_view value) -> bool {
    return value.size() == binding_length && std::ranges::all_of(value, [](char c) {
               return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                      c == '-' || c == '_';
           });
}

}  // namespace

auto flow_cookie_name(std::string_view public_url) noexcept -> std::string_view {
    return is_secure(public_url) ? "__Host-tenon-flow" : "tenon-flow";
}

auto make_flow_cookie(std::string_view public_url, std::string_view value) -> std::string {
    std::string cookie(flow_cookie_name(public_url));
    cookie += '=';
    cookie += value;
    // Lax, not Strict: the provider's redirect back is a navigation from another site.
    cookie += "; Path=/; Max-Age=600; HttpOnly; SameSite=Lax";
    return is_secure(public_url) ? cookie + "; Secure" : cookie;
}

auto flow_cookie_of(std::string_view public_url, const request& from) -> std::string {
    return std::string(from.cookie(flow_cookie_name(public_url)).value_or(""));
}

auto flow_binding(std::string_view public_url, const request& from, random_source& random)
    -> std::string {
    auto known = flow_cookie_of(public_url, from);
    return is_binding(known) ? known : random_token(random);
}

}  // namespace tenon::host
