#include "http/problem.hpp"

#include <array>

namespace tenon::host {
namespace {

// How long the UTF-8 sequence at the front is; 0 if it is none (RFC 3629: no overlong forms, no
// surrogates).
auto sequence_size(std::string_view text) -> std::size_t {
    const auto at = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto tail = [&](std::size_t i) { return (at(i) & 0xC0U) == 0x80U; };
    const unsigned first = at(0);
    if (first < 0x80) {
        return 1;
    }
    if (first >= 0xC2 && first <= 0xDF) {
        return tail(1) ? 2 : 0;
    }
    if (first >= 0xE0 && first <= 0xEF) {
        const bool bad = (first == 0xE0 && at(1) < 0xA0) || (first == 0xED && at(1) > 0x9F);
        return !bad && tail(1) && tail(2) ? 3 : 0;
    }
    if (first >= 0xF0 && first <= 0xF4) {
        const bool bad = (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) > 0x8F);
        return !bad && tail(1) && tail(2) && tail(3) ? 4 : 0;
    }
    return 0;
}

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

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const auto size = sequence_size(text);
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
