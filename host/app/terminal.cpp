#include "app/terminal.hpp"

#include <algorithm>

namespace tenon::host {

auto for_terminal(std::string_view text) -> std::string {
    constexpr unsigned char first_printed = 0x20;
    constexpr unsigned char deletion = 0x7f;
    // U+0080 to U+009F, which some terminals take for escapes, are this byte and one below 0xA0.
    constexpr unsigned char before_c1 = 0xc2;
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0U;
        const bool c1 = byte == before_c1 && next >= 0x80U && next < 0xa0U;
        const bool control = (byte < first_printed && byte != '\n') || byte == deletion;
        out += c1 || control ? '?' : text[i];
        i += c1 ? 1 : 0;
    }
    return out;
}

auto for_one_line(std::string_view text) -> std::string {
    auto line = for_terminal(text);
    std::ranges::replace(line, '\n', '?');
    return line;
}

}  // namespace tenon::host
