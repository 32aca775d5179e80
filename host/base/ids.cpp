#include "base/ids.hpp"

#include <array>
#include <cstdint>

namespace tenon::host {

auto make_uuid(const clock& time, random_source& random) -> std::string {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    const auto now = static_cast<std::uint64_t>(time.now().time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) {
        bytes.at(i) = static_cast<std::byte>(now >> (40 - 8 * i));
    }
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text += '-';
        }
        text += digits[std::to_integer<std::size_t>(bytes.at(i) >> 4)];
        text += digits[std::to_integer<std::size_t>(bytes.at(i) & std::byte{0x0f})];
    }
    return text;
}

}  // namespace tenon::host
