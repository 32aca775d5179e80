#include "store/text_check.hpp"

#include "base/utf8.hpp"

namespace tenon::host {

void check_arguments(std::span<const sql_value> arguments) {
    for (const auto& argument : arguments) {
        const auto* text = std::get_if<std::string>(&argument);
        if (text != nullptr && !is_text(*text)) {
            throw storage_failure(
                fail(errc::invalid_request, "text with a NUL character, or that is not UTF-8")
            );
        }
    }
}

}  // namespace tenon::host
