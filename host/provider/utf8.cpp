#include "provider/utf8.hpp"

#include <cstddef>

namespace tenon::host {
namespace {

struct lead {
    std::size_t followers;    // 0: not a lead byte
    unsigned char low, high;  // what the first follower may be
};

auto judge_lead(unsigned char byte) noexcept -> lead {
    if (byte >= 0xc2 && byte <= 0xdf) {
        return {1, 0x80, 0xbf};
    }
    if (byte >= 0xe0 && byte <= 0xef) {
        return {
            2, static_cast<unsigned char>(byte == 0xe0 ? 0xa0 : 0x80),
            static_cast<unsigned char>(byte == 0xed ? 0x9f : 0xbf)};
    }
    if (byte >= 0xf0 && byte <= 0xf4) {
        return {
            3, static_cast<unsigned char>(byte == 0xf0 ? 0x90 : 0x80),
            static_cast<unsigned char>(byte == 0xf4 ? 0x8f : 0xbf)};
    }
    return {0, 0, 0};
}

}  // namespace

auto is_text(std::string_view bytes) noexcept -> bool {
    for (std::size_t i = 0; i < bytes.size();) {
        const auto byte = static_cast<unsigned char>(bytes[i]);
        if (byte < 0x80) {
            if (byte == 0) {
                return false;
            }
            ++i;
            continue;
        }
        const auto [followers, low, high] = judge_lead(byte);
        if (followers == 0 || bytes.size() - i <= followers) {
            return false;
        }
        const auto second = static_cast<unsigned char>(bytes[i + 1]);
        if (second < low || second > high) {
            return false;
        }
        for (std::size_t k = 2; k <= followers; ++k) {
            if ((static_cast<unsigned char>(bytes[i + k]) & 0xc0U) != 0x80U) {
                return false;
            }
        }
        i += followers + 1;
    }
    return true;
}

}  // namespace tenon::host
