#include "http/request_ids.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace tenon::host {

request_ids::request_ids(random_source& random) {
    static constexpr std::string_view digits = "0123456789abcdef";
    std::array<std::byte, 8> bytes{};
    random.fill(bytes);
    for (const auto byte : bytes) {
        prefix_ += digits[std::to_integer<unsigned>(byte) >> 4U];
        prefix_ += digits[std::to_integer<unsigned>(byte) & 0xFU];
    }
    prefix_ += '-';
}

void request_ids::next(std::string& into) {
    std::array<char, 16> digits{};
    const auto number = counter_.fetch_add(1, std::memory_order_relaxed);
    auto* const end = std::to_chars(digits.data(), digits.data() + digits.size(), number, 16).ptr;
    into.assign(prefix_).append(digits.data(), end);
}

auto request_ids::acceptable(std::string_view offered) noexcept -> bool {
    return !offered.empty() && offered.size() <= 64 &&
           std::all_of(offered.begin(), offered.end(), [](char letter) {
               return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' ||
                      letter == '-';
           });
}

}  // namespace tenon::host
