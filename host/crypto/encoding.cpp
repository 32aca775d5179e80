#include "crypto/encoding.hpp"

#include <array>
#include <cstdint>

namespace tenon::host {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::uint8_t no_digit = 0xff;

using reverse_table = std::array<std::uint8_t, 256>;

constexpr auto reverse(std::string_view alphabet) -> reverse_table {
    reverse_table table{};
    table.fill(no_digit);
    for (std::size_t i = 0; i < alphabet.size(); ++i) {
        table[static_cast<unsigned char>(alphabet[i])] = static_cast<std::uint8_t>(i);
    }
    return table;
}

constexpr reverse_table from_standard = reverse(standard_alphabet);
constexpr reverse_table from_url = reverse(url_alphabet);

constexpr auto hex_table() -> reverse_table {
    auto table = reverse(hex_digits);
    for (std::uint8_t i = 0; i < 6; ++i) {
        table[std::size_t{'A'} + i] = static_cast<std::uint8_t>(10 + i);
    }
    return table;
}
constexpr reverse_table from_digits = hex_table();

auto byte_at(std::string_view bytes, std::size_t at) -> std::uint32_t {
    return static_cast<unsigned char>(bytes[at]);
}

auto encode(std::string_view bytes, std::string_view alphabet) -> std::string {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::size_t at = 0;
    for (; at + 3 <= bytes.size(); at += 3) {
        const std::uint32_t group =
            byte_at(bytes, at) << 16 | byte_at(bytes, at + 1) << 8 | byte_at(bytes, at + 2);
        for (const int shift : {18, 12, 6, 0}) {
            text += alphabet[group >> shift & 0x3f];
        }
    }
    if (const std::size_t left = bytes.size() - at; left != 0) {
        const std::uint32_t group =
            byte_at(bytes, at) << 16 | (left == 2 ? byte_at(bytes, at + 1) << 8 : 0U);
        text += alphabet[group >> 18 & 0x3f];
        text += alphabet[group >> 12 & 0x3f];
        if (left == 2) {
            text += alphabet[group >> 6 & 0x3f];
        }
    }
    return text;
}

// `text` without padding.
auto decode(std::string_view text, const reverse_table& table) -> std::optional<std::string> {
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() * 3 / 4);
    std::uint32_t window = 0;
    int bits = 0;
    for (const char c : text) {
        const auto value = table[static_cast<unsigned char>(c)];
        if (value == no_digit) {
            return std::nullopt;
        }
        window = (window << 6 | value) & 0xffff;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(window >> bits & 0xff);
        }
    }
    const bool unused_bits_are_zero = (window & ((1U << bits) - 1)) == 0;
    return unused_bits_are_zero ? std::optional(std::move(bytes)) : std::nullopt;
}

}  // namespace

auto to_hex(std::string_view bytes) -> std::string {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        text += hex_digits[byte_at(bytes, i) >> 4];
        text += hex_digits[byte_at(bytes, i) & 0x0f];
    }
    return text;
}

auto from_hex(std::string_view text) -> std::optional<std::string> {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const auto high = from_digits[byte_at(text, i)];
        const auto low = from_digits[byte_at(text, i + 1)];
        if (high == no_digit || low == no_digit) {
            return std::nullopt;
        }
        bytes += static_cast<char>(high << 4 | low);
    }
    return bytes;
}

auto to_base64url(std::string_view bytes) -> std::string {
    return encode(bytes, url_alphabet);
}

auto from_base64url(std::string_view text) -> std::optional<std::string> {
    return decode(text, from_url);
}

auto to_base64(std::string_view bytes) -> std::string {
    auto text = encode(bytes, standard_alphabet);
    text.append((4 - text.size() % 4) % 4, '=');
    return text;
}

auto from_base64(std::string_view text) -> std::optional<std::string> {
    if (text.size() % 4 != 0) {
        return std::nullopt;
    }
    for (int i = 0; i < 2 && text.ends_with('='); ++i) {
        text.remove_suffix(1);
    }
    return decode(text, from_standard);
}

}  // namespace tenon::host
