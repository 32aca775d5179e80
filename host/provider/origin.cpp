#include "provider/origin.hpp"

#include "base/text.hpp"

#include <arpa/inet.h>
#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

auto is_digit(char c) -> bool {
    return c >= '0' && c <= '9';
}
auto is_letter(char c) -> bool {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Visible ASCII that every URL reader takes for the same thing.
auto is_plain(std::string_view url) -> bool {
    return std::ranges::all_of(url, [](char c) {
        return c > ' ' && c < '\x7f' && c != '\\' && c != '"' && c != '<' && c != '>' && c != '^' &&
               c != '`' && c != '|' && c != '#';
    });
}

auto is_bracketed_address(std::string_view host) -> bool {
    if (host.size() < 4 || host.front() != '[' || host.back() != ']') {
        return false;
    }
    const std::string inner(host.substr(1, host.size() - 2));
    in6_addr address{};
    return ::inet_pton(AF_INET6, inner.c_str(), &address) == 1;
}

auto is_host(std::string_view host, url_templates templates) -> bool {
    if (host.empty() || host.size() > 253) {
        return false;
    }
    if (host.front() == '[') {
        return is_bracketed_address(host);
    }
    if (templates == url_templates::allowed && host.find('{') != std::string_view::npos) {
        return parse_host_template(host).has_value();
    }
    bool label_empty = true;
    for (const char c : host) {
        if (c == '.') {
            if (label_empty) {
                return false;
            }
            label_empty = true;
        } else if (is_letter(c) || is_digit(c) || c == '-') {
            label_empty = false;
        } else {
            return false;
        }
    }
    return !label_empty;
}

auto is_port(std::string_view port) -> bool {
    if (port.empty() || port.size() > 5 || !std::ranges::all_of(port, is_digit) ||
        port.front() == '0') {
        return false;
    }
    return std::stoi(std::string(port)) <= 65535;
}

// `host[:port]` -> host and port.
auto split_authority(std::string_view authority) -> std::pair<std::string_view, std::string_view> {
    const auto from = authority.starts_with('[') ? authority.find(']') : 0;
    if (from == std::string_view::npos) {
        return {authority, {}};
    }
    const auto colon = authority.find(':', from);
    if (colon == std::string_view::npos) {
        return {authority, {}};
    }
    // A colon with nothing behind it is no port: kept in the host, where it is refused.
    return colon + 1 == authority.size()
               ? std::pair{authority, std::string_view{}}
               : std::pair{authority.substr(0, colon), authority.substr(colon + 1)};
}

auto is_name(std::string_view name) -> bool {
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return is_letter(c) || is_digit(c) || c == '_';
    });
}

auto is_literal(std::string_view text) -> bool {
    return std::ranges::all_of(text, [](char c) {
        return is_letter(c) || is_digit(c) || c == '-' || c == '.';
    });
}

}  // namespace

auto split_url::origin() const -> std::string {
    return scheme + "://" + host + (port.empty() ? "" : ":" + port);
}

auto same_origin(const split_url& left, const split_url& right) -> bool {
    return left.host == right.host && left.scheme == right.scheme && left.port == right.port;
}

auto split(std::string_view url, url_templates templates) -> std::optional<split_url> {
    constexpr std::size_t longest = 8192;
    if (url.size() > longest || !is_plain(url)) {
        return std::nullopt;
    }
    split_url out;
    const auto colon = url.find("://");
    if (colon == std::string_view::npos) {
        return std::nullopt;
    }
    out.scheme = to_lower(url.substr(0, colon));
    if (out.scheme != "https" && out.scheme != "http") {
        return std::nullopt;
    }
    const auto behind = url.substr(colon + 3);
    const auto end = std::min(behind.find_first_of("/?"), behind.size());
    out.rest = behind.substr(end);
    const auto [host, port] = split_authority(behind.substr(0, end));
    if (!is_host(host, templates) || (!port.empty() && !is_port(port))) {
        return std::nullopt;
    }
    // Names in braces keep their case: they are ours.
    out.host = host.find('{') == std::string_view::npos ? to_lower(host) : std::string(host);
    const std::string_view own = out.scheme == "https" ? "443" : "80";
    out.port = port == own ? "" : std::string(port);
    return out;
}

auto is_address(std::string_view host) -> bool {
    if (host.starts_with('[')) {
        return true;
    }
    const auto dot = host.rfind('.');
    const auto last = dot == std::string_view::npos ? host : host.substr(dot + 1);
    if (last.starts_with("0x") || last.starts_with("0X")) {
        return true;
    }
    return !last.empty() && std::ranges::all_of(last, is_digit);
}

auto is_loopback(std::string_view host) -> bool {
    if (host == "localhost") {
        return true;
    }
    if (is_bracketed_address(host)) {
        const std::string inner(host.substr(1, host.size() - 2));
        in6_addr address{};
        ::inet_pton(AF_INET6, inner.c_str(), &address);
        return IN6_IS_ADDR_LOOPBACK(&address);
    }
    // Only the full form: what inet_pton does not take, another reader might take for another
    // address.
    in_addr address{};
    const std::string text(host);
    return ::inet_pton(AF_INET, text.c_str(), &address) == 1 &&
           (ntohl(address.s_addr) >> 24U) == 127U;
}

auto parse_host_template(std::string_view host) -> std::optional<host_template> {
    host_template out;
    while (true) {
        const auto open = host.find('{');
        const auto literal = host.substr(0, open);
        if (!is_literal(literal)) {
            return std::nullopt;
        }
        out.literals.push_back(to_lower(literal));
        if (open == std::string_view::npos) {
            return out;
        }
        const auto close = host.find('}', open);
        if (close == std::string_view::npos || (!out.names.empty() && literal.empty())) {
            return std::nullopt;
        }
        const auto name = host.substr(open + 1, close - open - 1);
        if (!is_name(name)) {
            return std::nullopt;
        }
        out.names.emplace_back(name);
        host = host.substr(close + 1);
    }
}

}  // namespace tenon::host
