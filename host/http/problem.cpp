#include "http/problem.hpp"

#include "base/utf8.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

void append_escaped(std::string& out, char letter) {
    static constexpr std::string_view digits = "0123456789abcdef";
    switch (letter) {
        case '"': out += "\\\""; return;
        case '\\': out += "\\\\"; return;
        case '\n': out += "\\n"; return;
        case '\r': out += "\\r"; return;
        case '\t': out += "\\t"; return;
        default: break;
    }
    const auto byte = static_cast<unsigned char>(letter);
    if (byte >= 0x20) {
        out += letter;
        return;
    }
    out += "\\u00";
    out += digits[byte >> 4U];
    out += digits[byte & 0xFU];
}

// Stands in JSON as it is: most of what there is.
constexpr auto is_plain(char letter) -> bool {
    const auto byte = static_cast<unsigned char>(letter);
    return byte >= 0x20 && byte < 0x80 && letter != '"' && letter != '\\';
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const auto* const end = std::find_if_not(text.begin(), text.end(), is_plain);
        out.append(text.begin(), end);
        text.remove_prefix(static_cast<std::size_t>(end - text.begin()));
        if (text.empty()) {
            break;
        }
        const auto size = utf8_sequence_size(text);
        if (size == 1) {
            append_escaped(out, text.front());
        } else if (size == 0) {
            out += "\xEF\xBF\xBD";
        } else {
            out += text.substr(0, size);
        }
        text.remove_prefix(size == 0 ? 1 : size);
    }
    out += '"';
}

auto problem_response(unsigned status, const error& failure, std::string_view request_id)
    -> response {
    response made;
    made.status = status;
    made.no_store = true;
    made.body = R"({"success":false,"error":")";
    made.body += code_of(failure.code);
    made.body += R"(","message":)";
    append_json_string(made.body, failure.message);
    made.body += R"(,"requestId":)";
    append_json_string(made.body, request_id);
    if (failure.retry_after) {
        const auto seconds = std::to_string(failure.retry_after->count());
        made.body += ",\"retryAfter\":" + seconds;
        made.set_header("Retry-After", seconds);
    }
    made.body += '}';
    return made;
}

}  // namespace tenon::host
