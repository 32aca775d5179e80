// What a callback tells the application through the browser.
#pragma once

#include "base/error.hpp"
#include "oauth/views.hpp"

#include <string>

namespace tenon::host {

// What a person reads who only wanted to connect an account; by cause, without jargon.
[[nodiscard]] auto end_user_message(const error& failure) -> std::string;
// "Too many attempts. Please try again in N minutes."
[[nodiscard]] auto too_many_attempts(std::chrono::seconds wait) -> std::string;

// The redirect target with provider, status=connected, accountId and connectionId.
[[nodiscard]] auto connected_location(
    const std::string& target, const provider_id& provider, const account_id& account,
    const connection_id& connection
) -> std::string;
// … with status=confirm and the one-time confirmation.
[[nodiscard]] auto confirm_location(
    const std::string& target, const provider_id& provider, const std::string& confirmation
) -> std::string;
// … with status=error, error and a message for the end user.
[[nodiscard]] auto error_location(
    const std::string& target, const provider_id& provider, const error& failure
) -> std::string;

// An authorization error response's code (RFC 6749 4.1.2.1, OpenID Connect Core 3.1.2.6) as one of
// ours.
[[nodiscard]] auto from_authorization_error(std::string_view code) -> errc;

}  // namespace tenon::host
