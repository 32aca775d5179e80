// A response as bytes.
#pragma once

#include "base/clock.hpp"
#include "http/edge_policy.hpp"
#include "http/response.hpp"

#include <string>
#include <string_view>

namespace tenon::host {

enum class connection_field { none, close, keep_alive };

struct reply_facts {
    std::string_view request_id;
    std::string_view origin;  // what CORS allows, or empty
    bool secure = false;
    bool head = false;  // the body's length is said, the body is not sent
    connection_field connection = connection_field::none;
    time_point now{};
};

// Appends status line, fields and body to `out` in one go. Throws std::invalid_argument, with `out`
// as it was, for a field whose name or value would break the message.
void write_response(
    std::string& out, const response& answer, const reply_facts& facts, const edge_policy& policy
);

// RFC 9110 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT`.
[[nodiscard]] auto imf_date(time_point when) -> std::string;

}  // namespace tenon::host
