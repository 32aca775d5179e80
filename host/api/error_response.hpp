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

// After how long it is worth asking again: what the failure says, and of a database that is away a
// second, for it may be back by then.
[[nodiscard]] auto retry_after_of(const error& failure) noexcept
    -> std::optional<std::chrono::seconds>;

// {"success": false, "error", "message", "requestId", "retryAfter"?, "details"?}
[[nodiscard]] auto error_body(const error& failure, std::string_view request_id) -> std::string;

// Every code, in the order of the contract: for openapi.json and its test.
[[nodiscard]] auto all_error_codes() noexcept -> std::span<const errc>;

}  // namespace tenon::host
