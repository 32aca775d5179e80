#include "base/url.hpp"

#include "base/strict_url.hpp"

namespace tenon::host {

auto percent_encode(std::string_view text) -> std::string {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    out.reserve(text.size() + text.size() / 4);
    for (const char c : text) {
        const bool unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
                                c == '~';
        if (unreserved) {
            out += c;
        } else {
            const auto byte = static_cast<unsigned char>(c);
            out += '%';
            out += digits[byte >> 4U];
            out += digits[byte & 0x0fU];
        }
    }
    return out;
}

auto with_query(
    std::string_view url, const std::vector<std::pair<std::string, std::string>>& parameters
) -> std::string {
    std::string out(url);
    char separator = url.find('?') == std::string_view::npos ? '?' : '&';
    for (const auto& [name, value] : parameters) {
        out += separator;
        out += percent_encode(name);
        out += '=';
        out += percent_encode(value);
        separator = '&';
    }
    return out;
}

auto is_web_origin(std::string_view text) -> bool {
    const auto parsed = parse_strictly(text);
    // A wildcard is a name for RFC 3986, and no browser's origin.
    return parsed &&
           parsed->encoded_host().find_first_of("*%,") == boost::urls::string_view::npos &&
           parsed->encoded_path().empty() && !parsed->has_query() && !parsed->has_fragment() &&
           (parsed->scheme_id() == boost::urls::scheme::https ||
            parsed->scheme_id() == boost::urls::scheme::http);
}

}  // namespace tenon::host
