#include "store/text_check.hpp"

namespace tenon::host {

namespace {

// The length of the UTF-8 sequence that begins the text, 0 if there is none.
auto sequence_length(std::string_view text) noexcept -> std::size_t {
    const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char lead = at(0);
    const std::size_t length = lead >= 0xC2 && lead <= 0xDF   ? 2
                               : (lead & 0xF0U) == 0xE0       ? 3
                               : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                              : 0;
    if (length == 0 || text.size() < length) {
        return 0;
    }
    for (std::size_t i = 1; i < length; ++i) {
        if ((at(i) & 0xC0U) != 0x80) {
            return 0;
        }
    }
    const bool overlong = (lead == 0xE0 && at(1) < 0xA0) || (lead == 0xF0 && at(1) < 0x90);
    const bool surrogate = lead == 0xED && at(1) > 0x9F;
    const bool too_high = lead == 0xF4 && at(1) > 0x8F;
    return overlong || surrogate || too_high ? 0 : length;
}

}  // namespace

auto is_storable_text(std::string_view text) noexcept -> bool {
    while (!text.empty()) {
        const auto lead = static_cast<unsigned char>(text.front());
        const std::size_t length = lead < 0x80 ? (lead == 0 ? 0 : 1) : sequence_length(text);
        if (length == 0) {
            return false;
        }
        text.remove_prefix(length);
    }
    return true;
}

void check_arguments(std::span<const sql_value> arguments) {
    for (const auto& argument : arguments) {
        const auto* text = std::get_if<std::string>(&argument);
        if (text != nullptr && !is_storable_text(*text)) {
            throw storage_failure(
                fail(errc::invalid_request, "text with a NUL character, or that is not UTF-8")
            );
        }
    }
}

}  // namespace tenon::host
