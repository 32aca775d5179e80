// URLs, as far as it matters where they lead. Strict on purpose: what this reader and the HTTP
// client could understand differently is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// An absolute http(s) URL in two parts.
struct split_url {
    std::string scheme;  // `http` or `https`
    std::string host;    // lower case; an IPv6 address in brackets; may hold {name}
    std::string port;    // empty: the scheme's own
    std::string rest;    // path and query; empty, or begun by `/` or `?`

    // `https://host[:port]`, without the scheme's own port.
    [[nodiscard]] auto origin() const -> std::string;
};

[[nodiscard]] auto same_origin(const split_url& left, const split_url& right) -> bool;

// Nothing unless it is `http(s)://host[:port][/path][?query]` of visible ASCII, without user
// information, backslash or fragment. The host: letters, digits, `-`, `.`, non-empty labels; an
// IPv6 address in brackets; {name} where `templates` allows it.
enum class url_templates { refused, allowed };
[[nodiscard]] auto split(std::string_view url, url_templates templates) -> std::optional<split_url>;

// An IPv4 or IPv6 address, in any form that a resolver might take for one (`127.1`, `0x7f000001`).
[[nodiscard]] auto is_address(std::string_view host) -> bool;
// 127.0.0.0/8, ::1, `localhost`.
[[nodiscard]] auto is_loopback(std::string_view host) -> bool;

// A host with {name}s, taken apart: `{domain}.my.example.com` has literals "" and
// ".my.example.com", names "domain".
struct host_template {
    std::vector<std::string> literals;  // one more than names
    std::vector<std::string> names;
};
// Nothing if the braces don't pair, a name is not [A-Za-z0-9_]+, or two names touch.
[[nodiscard]] auto parse_host_template(std::string_view host) -> std::optional<host_template>;

}  // namespace tenon::host
