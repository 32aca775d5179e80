// IP addresses and networks, read from text.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace tenon::host {

// Sixteen bytes, a v4 address as it is mapped into v6: the two forms of one address are equal.
using ip_bytes = std::array<unsigned char, 16>;

// With or without the brackets of a URL. Nothing if it is no address.
[[nodiscard]] auto parse_ip(std::string_view text) -> std::optional<ip_bytes>;
// As it is usually written; a mapped one as v4.
[[nodiscard]] auto ip_text(const ip_bytes& address) -> std::string;

struct ip_network {
    ip_bytes first{};
    unsigned bits = 0;  // of sixteen bytes

    [[nodiscard]] auto holds(const ip_bytes& address) const -> bool;
};

// `127.0.0.1`, `10.0.0.0/8`, `fd00::/8`. Nothing if it is neither an address nor a network.
[[nodiscard]] auto parse_network(std::string_view text) -> std::optional<ip_network>;

}  // namespace tenon::host
