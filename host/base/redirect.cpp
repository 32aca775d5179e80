#include "base/redirect.hpp"

#include "base/loopback.hpp"
#include "base/strict_url.hpp"
#include "base/text.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

namespace urls = boost::urls;

constexpr std::size_t max_url_size = 2048;

struct location {
    std::string scheme;                 // lower case
    std::string host;                   // lower case, brackets included
    std::string port;                   // as a number without leading zeros; `*` is any
    std::vector<std::string> segments;  // decoded, without the empty one behind a trailing slash
};

auto text_of(const urls::pct_string_view& encoded) -> std::string_view {
    return {encoded.data(), encoded.size()};
}

// Browsers read some characters in ways of their own: only what RFC 3986 knows gets as far as a
// parser.
auto is_plain(std::string_view text) -> bool {
    return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~' && c != '\\'; });
}

// Schemes whose URLs are programs or files.
auto is_dangerous(std::string_view scheme) -> bool {
    constexpr auto known = std::to_array<std::string_view>(
        {"javascript", "data", "vbscript", "file", "blob", "about", "view-source", "ws", "wss",
         "ftp", "intent"}
    );
    return std::ranges::find(known, scheme) != known.end();
}

auto port_of(const std::string& scheme, std::string_view port) -> std::optional<std::string> {
    if (port.empty()) {
        return scheme == "https" ? "443" : scheme == "http" ? "80" : "";
    }
    port.remove_prefix(std::min(port.find_first_not_of('0'), port.size()));
    const bool fits = !port.empty() && (port.size() < 5 || (port.size() == 5 && port <= "65535"));
    return fits ? std::optional(std::string(port)) : std::nullopt;
}

// Nothing if a segment could be read as something else than it looks like. Split here: Boost's own
// view hides `/./`.
auto segments_of(std::string_view path) -> std::optional<std::vector<std::string>> {
    std::vector<std::string> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const auto encoded = path.substr(0, path.find('/'));
        path.remove_prefix(encoded.size());
        std::string segment(urls::pct_string_view(encoded.data(), encoded.size()).decode());
        const bool odd = std::ranges::any_of(segment, [](char c) {
            return c == '/' || c == '\\' || static_cast<unsigned char>(c) < ' ' || c == '\x7f';
        });
        const bool inner_and_empty = segment.empty() && !path.empty();
        if (odd || inner_and_empty || segment == "." || segment == "..") {
            return std::nullopt;
        }
        segments.push_back(std::move(segment));
    }
    if (!segments.empty() && segments.back().empty()) {
        segments.pop_back();
    }
    return segments;
}

auto parse_location(std::string_view text) -> std::optional<location> {
    if (text.size() > max_url_size || !is_plain(text)) {
        return std::nullopt;
    }
    const auto parsed = parse_strictly(text);
    if (!parsed || parsed->has_fragment() || parsed->host_type() == urls::host_type::ipvfuture ||
        parsed->encoded_host().find_first_of("%*") != urls::string_view::npos) {
        return std::nullopt;
    }
    location found;
    found.scheme = to_lower({parsed->scheme().data(), parsed->scheme().size()});
    found.host = to_lower(text_of(parsed->encoded_host()));
    const auto port = port_of(found.scheme, {parsed->port().data(), parsed->port().size()});
    auto segments = segments_of(text_of(parsed->encoded_path()));
    if (!port || !segments || is_dangerous(found.scheme)) {
        return std::nullopt;
    }
    found.port = *port;
    found.segments = std::move(*segments);
    return found;
}

// A target, whose port may be a `*` that no URL parser takes.
auto parse_target(std::string_view target) -> std::optional<location> {
    const auto authority = target.find("://");
    if (authority == std::string_view::npos || target.find('?') != std::string_view::npos) {
        return std::nullopt;
    }
    const auto path = std::min(target.find('/', authority + 3), target.size());
    constexpr std::string_view any_port = ":*";
    const bool wildcard = target.substr(0, path).ends_with(any_port);
    std::string plain(target);
    if (wildcard) {
        plain.erase(path - any_port.size(), any_port.size());
    }
    auto found = parse_location(plain);
    if (!found || !wildcard) {
        return found;
    }
    if (!is_loopback_host(found->host)) {
        return std::nullopt;
    }
    found->port = "*";
    return found;
}

auto allows(const location& target, const location& url) -> bool {
    return target.scheme == url.scheme && target.host == url.host &&
           (target.port == "*" || target.port == url.port) &&
           target.segments.size() <= url.segments.size() &&
           std::equal(target.segments.begin(), target.segments.end(), url.segments.begin());
}

}  // namespace

auto redirect_allowed(const std::vector<std::string>& targets, std::string_view url) -> bool {
    const auto asked = parse_location(url);
    return asked && std::ranges::any_of(targets, [&](const std::string& text) {
               const auto target = parse_target(text);
               return target && allows(*target, *asked);
           });
}

auto check_redirect_target(std::string_view target) -> std::optional<std::string> {
    if (parse_target(target)) {
        return std::nullopt;
    }
    if (target.find(":*") != std::string_view::npos) {
        return "a port of `*` is for loopback only: `http://127.0.0.1:*`, `http://localhost:*`";
    }
    return "must be `scheme://host[:port][/path]` without userinfo, query, fragment or dot "
           "segments";
}

}  // namespace tenon::host
