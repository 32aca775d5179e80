#include "http/trusted_proxies.hpp"

#include "base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace tenon::host {

namespace {

auto words_from_the_right(const std::vector<std::string_view>& lines)
    -> std::vector<std::string_view> {
    std::vector<std::string_view> words;
    for (auto rest : lines) {
        for (auto comma = rest.find(','); comma != rest.npos; comma = rest.find(',')) {
            words.push_back(trimmed(rest.substr(0, comma)));
            rest.remove_prefix(comma + 1);
        }
        words.push_back(trimmed(rest));
    }
    std::ranges::reverse(words);
    return words;
}

}  // namespace

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
    for (const auto word : words_from_the_right(headers.all("x-forwarded-for"))) {
        const auto address = parse_ip(word);
        if (!address) {
            break;
        }
        found.address = ip_text(*address);
        if (!trusts(found.address)) {
            break;
        }
    }
    return found;
}

}  // namespace tenon::host
