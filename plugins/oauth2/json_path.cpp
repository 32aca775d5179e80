#include "json_path.hpp"

#include <tenon/sdk/failure.hpp>

#include <algorithm>

namespace oauth2 {
namespace {

auto follow(tenon::json at, std::string_view path) -> tenon::json {
    for (const std::string& step : tenon::split(path, ".")) {
        const auto index = at.is_array() ? tenon::to_int64(step) : std::nullopt;
        at = index && *index >= 0 ? at[static_cast<std::size_t>(*index)]
                                  : at[std::string_view(step)];
    }
    return at;
}

auto sextet(char c) -> int {
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '-' ? 62 : c == '_' ? 63 : -1;
}

// Base64url without padding (RFC 7515 2); empty if it is something else.
auto decode(std::string_view text) -> std::string {
    std::string bytes;
    std::uint32_t held = 0;
    unsigned bits = 0;
    for (const char c : text) {
        const int value = sextet(c);
        if (value < 0) return {};
        held = (held << 6U) | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>((held >> bits) & 0xffU));
        }
    }
    return bytes;
}

}  // namespace

auto find(const tenon::json& root, std::string_view path) -> tenon::json {
    for (const std::string& alternative : tenon::split(path, "|")) {
        const tenon::json found = follow(root, alternative);
        const bool empty = found.is_null() || (found.is_string() && found.text().empty());
        if (found.exists() && !empty) return found;
    }
    return {};
}

auto member_names(const tenon::json& object) -> std::string {
    std::string names;
    for (const tenon::json& member : object.items()) {
        if (names.size() > 300) return names + ", ...";
        names += (names.empty() ? "" : ", ") + tenon::quotable_code(member.name());
    }
    return names.empty() ? "none" : names;
}

auto subject_of(std::string_view id_token) -> std::string {
    const auto parts = tenon::split(id_token, ".");
    if (parts.size() < 2) return {};
    const std::string claims = decode(parts[1]);
    const tenon::json_document document(claims);
    return document.root().str("sub");
}

}  // namespace oauth2
