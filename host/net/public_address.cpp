#include "net/public_address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstdint>
#include <string>

namespace tenon::host {
namespace {

struct v4_prefix {
    std::uint32_t network;
    unsigned bits;
};

constexpr std::array<v4_prefix, 15> special_v4 = {{
    {0x00000000, 8},   // this network
    {0x0A000000, 8},   // private
    {0x64400000, 10},  // carrier-grade NAT
    {0x7F000000, 8},   // loopback
    {0xA9FE0000, 16},  // link-local: clouds' metadata
    {0xAC100000, 12},  // private
    {0xC0000000, 24},  // IETF protocol assignments
    {0xC0000200, 24},  // documentation
    {0xC0586300, 24},  // 6to4 relays
    {0xC0A80000, 16},  // private
    {0xC6120000, 15},  // benchmarking
    {0xC6336400, 24},  // documentation
    {0xCB007100, 24},  // documentation
    {0xE0000000, 4},   // multicast
    {0xF0000000, 4},   // reserved, broadcast
}};

}  // namespace

auto is_public_v4(const std::array<unsigned char, 4>& address) noexcept -> bool {
    std::uint32_t number = 0;
    for (const auto byte : address) {
        number = (number << 8U) | byte;
    }
    return std::none_of(special_v4.begin(), special_v4.end(), [&](const v4_prefix& special) {
        return ((number ^ special.network) >> (32U - special.bits)) == 0;
    });
}

auto is_public_v6(const std::array<unsigned char, 16>& address) noexcept -> bool {
    if ((address[0] & 0xE0U) != 0x20U) {
        return false;  // only 2000::/3 is assigned as global unicast
    }
    const unsigned first = (static_cast<unsigned>(address[0]) << 8U) | address[1];
    const unsigned second = (static_cast<unsigned>(address[2]) << 8U) | address[3];
    const bool protocol_assignment = first == 0x2001 && second < 0x0200;  // Teredo among them
    const bool documentation =
        (first == 0x2001 && second == 0x0DB8) || (first == 0x3FFF && second < 0x1000);
    const bool six_to_four = first == 0x2002;
    return !protocol_assignment && !documentation && !six_to_four;
}

auto is_public_text(std::string_view address) noexcept -> bool {
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (address.size() >= text.size()) {
        return false;
    }
    std::copy(address.begin(), address.end(), text.begin());
    std::array<unsigned char, 4> v4{};
    if (inet_pton(AF_INET, text.data(), v4.data()) == 1) {
        return is_public_v4(v4);
    }
    std::array<unsigned char, 16> v6{};
    return inet_pton(AF_INET6, text.data(), v6.data()) == 1 && is_public_v6(v6);
}

}  // namespace tenon::host
