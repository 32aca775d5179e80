// The cookie that binds a flow to the browser that began it on a page of ours.
#pragma once

#include <string>
#include <string_view>

namespace tenon::host {

class random_source;
struct request;

// Whether browsers come by https is what public_url says: the connection may be a proxy's.

// `__Host-tenon-flow`: Secure, for this host alone. Over plain http, which the host allows on
// loopback only, a browser refuses the prefix: there, and only there, the name is `tenon-flow`.
[[nodiscard]] auto flow_cookie_name(std::string_view public_url) noexcept -> std::string_view;
// The Set-Cookie header's value, for as long as a state lives. SameSite=Lax: it comes along where
// the provider redirects the browser, not where it has it post a form (response_mode=form_post); no
// bundled plugin asks for that.
[[nodiscard]] auto make_flow_cookie(std::string_view public_url, std::string_view value)
    -> std::string;
// What the browser sent; empty if nothing.
[[nodiscard]] auto flow_cookie_of(std::string_view public_url, const request& from) -> std::string;
// The value that the browser has, so that flows in two of its tabs do not undo each other; a new
// one where it has none of ours.
[[nodiscard]] auto flow_binding(
    std::string_view public_url, const request& from, random_source& random
) -> std::string;

}  // namespace tenon::host
