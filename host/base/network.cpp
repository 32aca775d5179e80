#include "base/network.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace tenon::host {
namespace {

namespace ip = boost::asio::ip;

}  // namespace

auto parse_ip(std::string_view text) -> std::optional<ip_bytes> {
    if (text.starts_with('[') && text.ends_with(']')) {
        text = text.substr(1, text.size() - 2);
    }
    boost::system::error_code failed;
    const auto address = ip::make_address(std::string(text), failed);
    if (failed) {
        return std::nullopt;
    }
    return address.is_v4() ? ip::make_address_v6(ip::v4_mapped, address.to_v4()).to_bytes()
                           : address.to_v6().to_bytes();
}

auto ip_text(const ip_bytes& address) -> std::string {
    const auto known = ip::make_address_v6(address);
    return known.is_v4_mapped() ? ip::make_address_v4(ip::v4_mapped, known).to_string()
                                : known.to_string();
}

auto ip_network::holds(const ip_bytes& address) const -> bool {
    const std::size_t whole = bits / 8;
    if (!std::equal(first.begin(), first.begin() + static_cast<long>(whole), address.begin())) {
        return false;
    }
    const unsigned rest = bits % 8;
    return rest == 0 || ((first[whole] ^ address[whole]) >> (8 - rest)) == 0;
}

auto parse_network(std::string_view text) -> std::optional<ip_network> {
    const auto slash = text.find('/');
    const auto first = parse_ip(text.substr(0, slash));
    if (!first) {
        return std::nullopt;
    }
    const unsigned most = text.find(':') == std::string_view::npos ? 32 : 128;
    unsigned bits = most;
    if (slash != std::string_view::npos) {
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + slash + 1, end, bits);
        if (read.ec != std::errc() || read.ptr != end || bits > most) {
            return std::nullopt;
        }
    }
    return ip_network{*first, bits + (128 - most)};
}

}  // namespace tenon::host
