#include "tenant.hpp"

#include <tenon/sdk/text.hpp>

#include <algorithm>
#include <array>

namespace oauth2 {
namespace {

// No value may end elsewhere than it does, whatever its pattern lets through.
auto escaped(std::string_view value) -> std::string {
    std::string out;
    for (const char c : value) {
        if (c == ':') {
            out += "%3A";
        } else if (c == '%') {
            out += "%25";
        } else {
            out += c;
        }
    }
    return out;
}

// Host names have no case.
auto in_lower_case(std::string text) -> std::string {
    std::transform(text.begin(), text.end(), text.begin(), tenon::lower);
    return text;
}

}  // namespace

auto tenant_prefix(const settings& by, const tenon::values& connect) -> std::string {
    const std::array<endpoint, 5> addresses = {
        by.authorize, by.token, by.refresh_at, by.userinfo, endpoint{by.base_url, {}}};
    pairs named = by.connect_params;
    std::sort(named.begin(), named.end());
    std::string prefix;
    for (const auto& [name, pattern] : named) {
        const std::string mark = "{" + name + "}";
        bool in_host = false;
        bool in_path = false;
        for (const endpoint& each : addresses) {
            in_host = in_host || each.origin().find(mark) != std::string::npos;
            in_path = in_path || each.path().find(mark) != std::string::npos;
        }
        if (!in_host && !in_path) continue;
        const std::string value = escaped(connect.text(name));
        // Where it is part of a path as well, that path decides.
        prefix += (in_path ? value : in_lower_case(value)) + ":";
    }
    return prefix;
}

}  // namespace oauth2
