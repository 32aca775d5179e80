// The cookie that binds a flow to the browser that began it on a page of ours.
#pragma once

#include <string>
#include <string_view>

namespace tenon::host {

struct request;

// `__Host-tenon-flow`: Secure, for this host alone. Over plain http, which the host allows on
// loopback only, a browser refuses the prefix: there, and only there, the name is `tenon-flow`.
[[nodiscard]] auto flow_cookie_name(bool secure) noexcept -> std::string_view;
// The Set-Cookie header's value, for as long as a state lives.
[[nodiscard]] auto make_flow_cookie(const request& from, std::string_view value) -> std::string;
// What the browser sent; empty if nothing.
[[nodiscard]] auto flow_cookie_of(const request& from) -> std::string;

}  // namespace tenon::host
