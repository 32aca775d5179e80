#include "base/strict_url.hpp"

#include <boost/url/parse.hpp>

namespace tenon::host {

auto parse_strictly(std::string_view url) -> std::optional<boost::urls::url_view> {
    const auto parsed = boost::urls::parse_uri({url.data(), url.size()});
    if (parsed.has_error() || parsed->has_userinfo() || parsed->encoded_host().empty()) {
        return std::nullopt;
    }
    // Boost 1.81 ends an address or a port where it stops looking like one and calls the rest a
    // path, so that `http://127.0.0.1.evil.example` would be on 127.0.0.1.
    const auto path = parsed->encoded_path();
    if (!path.empty() && path.front() != '/') {
        return std::nullopt;
    }
    return *parsed;
}

}  // namespace tenon::host
