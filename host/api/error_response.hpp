// Failures as the REST contract writes them.
#pragma once

#include "base/error.hpp"

#include <span>
#include <string>
#include <string_view>

namespace tenon::host {

// The one switch from code to status. access_denied and invalid_code come in redirects only; should
// one end here, 400.
[[nodiscard]] auto http_status_of(errc code) noexcept -> unsigned;

// {"success": false, "error", "message", "requestId", "retryAfter"?, "details"?}
[[nodiscard]] auto error_body(const error& failure, std::string_view request_id) -> std::string;

// Every code, in the order of the contract: for openapi.json and its test.
[[nodiscard]] auto all_error_codes() noexcept -> std::span<const errc>;

}  // namespace tenon::host
