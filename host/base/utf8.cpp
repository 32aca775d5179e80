#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

struct lead {
    std::size_t size;         // of the sequence; 0: not a lead byte
    unsigned char low, high;  // what the second byte may be
};

auto judge_lead(unsigned char byte) noexcept -> lead {
    const auto narrow = [byte](unsigned char at, unsigned char bound, unsigned char otherwise) {
        return byte == at ? bound : otherwise;
    };
    if (byte >= 0xC2 && byte <= 0xDF) {
        return {2, 0x80, 0xBF};
    }
    if (byte >= 0xE0 && byte <= 0xEF) {
        return {3, narrow(0xE0, 0xA0, 0x80), narrow(0xED, 0x9F, 0xBF)};
    }
    if (byte >= 0xF0 && byte <= 0xF4) {
        return {4, narrow(0xF0, 0x90, 0x80), narrow(0xF4, 0x8F, 0xBF)};
    }
    return {0, 0, 0};
}

auto follows(char byte) noexcept -> bool {
    return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80U;
}

}  // namespace

auto utf8_sequence_size(std::string_view text) noexcept -> std::size_t {
    const auto first = static_cast<unsigned char>(text.front());
    if (first < 0x80) {
        return 1;
    }
    const auto [size, low, high] = judge_lead(first);
    if (size == 0 || text.size() < size) {
        return 0;
    }
    const auto second = static_cast<unsigned char>(text[1]);
    const bool whole = std::ranges::all_of(text.substr(1, size - 1), follows);
    return whole && second >= low && second <= high ? size : 0;
}

auto is_utf8(std::string_view text) noexcept -> bool {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {  // most text is nothing else
            ++at;
            continue;
        }
        const auto size = utf8_sequence_size(text.substr(at));
        if (size == 0) {
            return false;
        }
        at += size;
    }
    return true;
}

auto is_text(std::string_view bytes) noexcept -> bool {
    return bytes.find('\0') == std::string_view::npos && is_utf8(bytes);
}

}  // namespace tenon::host
