// Responses that the transport itself makes: the error shape of the REST contract.
#pragma once

#include "base/error.hpp"
#include "http/response.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace tenon::host {

// Makes the response for a failure that no handler saw; the floor above may put its own in the
// server's options, so that there is one shape everywhere.
using problem_writer =
    std::function<response(unsigned status, const error& failure, std::string_view request_id)>;

// `{"success":false,"error":CODE,"message":…,"requestId":…}`, with `retryAfter` and the Retry-After
// header if there is one.
[[nodiscard]] auto problem_response(
    unsigned status, const error& failure, std::string_view request_id
) -> response;

// `text` as a JSON string with its quotes, appended; bytes that aren't UTF-8 become U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tenon::host
