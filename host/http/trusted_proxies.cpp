#include "http/trusted_proxies.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace tenon::host {

trusted_proxies::trusted_proxies(const std::vector<std::string>& prefixes) {
    for (const auto& text : prefixes) {
        const auto network = parse_network(text);
        if (!network) {
            throw std::invalid_argument(
                "trusted_proxies: `" + text +
                "` is neither an address nor a network such as 10.0.0.0/8"
            );
        }
        networks_.push_back(*network);
    }
}

auto trusted_proxies::trusts(std::string_view address) const -> bool {
    const auto bytes = networks_.empty() ? std::nullopt : parse_ip(address);
    return bytes && std::ranges::any_of(networks_, [&](const ip_network& known) {
               return known.holds(*bytes);
           });
}

auto trusted_proxies::sender_of(std::string_view peer, bool secure, const header_fields& headers)
    const -> sender {
    sender found{std::string(peer), secure};
    if (!trusts(peer)) {
        return found;
    }
    // The rightmost word is the nearest proxy's.
    if (headers.has("x-forwarded-proto")) {
        const auto scheme = headers.find("x-forwarded-proto");
        found.secure = equal_ignoring_case(trimmed(scheme.substr(scheme.rfind(',') + 1)), "https");
    }
    const auto lines = headers.all("x-forwarded-for");
    for (auto line = lines.rbegin(); line != lines.rend(); ++line) {
        auto rest = *line;
        for (bool more = true; more;) {
            const auto comma = rest.rfind(',');
            more = comma != rest.npos;
            const auto address = parse_ip(trimmed(more ? rest.substr(comma + 1) : rest));
            if (!address) {
                return found;
            }
            found.address = ip_text(*address);
            if (!trusts(found.address)) {
                return found;
            }
            rest = more ? rest.substr(0, comma) : rest;
        }
    }
    return found;
}

}  // namespace tenon::host
