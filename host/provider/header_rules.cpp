#include "provider/header_rules.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <array>

namespace tenon::host {
namespace {

// RFC 9110 5.6.2.
auto is_token(std::string_view text) -> bool {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return !text.empty() && text.size() <= 100 && std::ranges::all_of(text, [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               marks.find(c) != std::string_view::npos;
    });
}

// Visible ASCII, inner spaces and tabs, and bytes of other alphabets: nothing that could end a
// line.
auto is_value(std::string_view text) -> bool {
    if (!text.empty() && (text.front() == ' ' || text.back() == ' ')) {
        return false;
    }
    return text.size() <= 16384 && std::ranges::all_of(text, [](char c) {
               const auto byte = static_cast<unsigned char>(c);
               return c == '\t' || (byte >= 0x20 && byte != 0x7f);
           });
}

// What frames the message, names the peer or switches protocols; an encoding that the host would
// have to undo.
auto is_reserved(std::string_view name) -> bool {
    constexpr std::array<std::string_view, 15> names{
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
        "keep-alive",
        "te",
        "trailer",
        "upgrade",
        "expect",
        "accept-encoding",
        "content-encoding",
        "cookie",
        "http2-settings",
        "via",
        "forwarded"};
    return std::ranges::find(names, name) != names.end() || name.starts_with("proxy-") ||
           name.starts_with("sec-") || name.starts_with("x-forwarded-");
}

auto has_name(const header_list& headers, std::string_view name) -> bool {
    return std::ranges::any_of(headers, [&](const auto& one) {
        return to_lower(one.first) == name;
    });
}

auto check(const http_action& action, const key_value& header, const header_list& so_far)
    -> or_refusal<void> {
    if (!is_token(header.key)) {
        return broken("a header's name is not a token (RFC 9110 5.1)");
    }
    const auto name = to_lower(header.key);
    if (!is_value(header.value)) {
        return broken(
            "the header '" + name + "' has a value with a control character or outer spaces"
        );
    }
    if (is_reserved(name)) {
        return broken("the header '" + name + "' is the host's to set");
    }
    if (name == "content-type" && !action.form.empty()) {
        return broken("a form has its own Content-Type");
    }
    if (has_name(so_far, name)) {
        return broken(
            "the header '" + name + "' is there twice, or is what CLIENT_AUTH or BEARER sets"
        );
    }
    return {};
}

}  // namespace

void set_default(header_list& headers, std::string_view name, std::string_view value) {
    if (!has_name(headers, to_lower(name))) {
        headers.emplace_back(name, value);
    }
}

auto add_headers(const http_action& action, header_list& headers) -> or_refusal<void> {
    for (const auto& header : action.headers) {
        if (auto checked = check(action, header, headers); checked.has_error()) {
            return checked.error();
        }
        headers.emplace_back(header.key, header.value);
    }
    set_default(headers, "Accept", "application/json");
    set_default(headers, "User-Agent", "tenon/" TENON_VERSION);
    return {};
}

}  // namespace tenon::host
