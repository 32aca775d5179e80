#include "base/ids.hpp"

#include <array>
#include <cstdint>

namespace tenon::host {
namespace {

constexpr std::string_view uuid_letters = "0123456789abcdef";

}  // namespace

auto make_uuid(const clock& time, random_source& random) -> std::string {
    std::array<std::byte, 16> bytes{};
    random.fill(bytes);
    const auto now = static_cast<std::uint64_t>(time.now().time_since_epoch().count());
    for (std::size_t i = 0; i < 6; ++i) {
        bytes.at(i) = static_cast<std::byte>(now >> (40 - 8 * i));
    }
    bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x70};
    bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10) {
            text += '-';
        }
        text += uuid_letters[std::to_integer<std::size_t>(bytes.at(i) >> 4)];
        text += uuid_letters[std::to_integer<std::size_t>(bytes.at(i) & std::byte{0x0f})];
    }
    return text;
}

auto is_uuid(std::string_view text) noexcept -> bool {
    constexpr std::size_t length = 36;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool between = i == 8 || i == 13 || i == 18 || i == 23;
        if (between ? text[i] != '-' : uuid_letters.find(text[i]) == std::string_view::npos) {
            return false;
        }
    }
    return text.size() == length;
}

}  // namespace tenon::host
