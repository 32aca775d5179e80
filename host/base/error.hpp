// The one vocabulary of expected failures.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

// Each member is a code of the REST contract; api turns it into a status in one switch.
enum class errc {
    invalid_request,       // a field or parameter is missing or wrong; see details
    invalid_json,          // the body is not JSON, or nested too deep
    user_required,         // the call acts for a user, and none was named
    invalid_state,         // a state that was not issued, is used, expired or belongs elsewhere
    redirect_not_allowed,  // redirectUrl is not among redirect_targets
    issuer_mismatch,       // `iss` is not the issuer that the flow began with (RFC 9207)
    account_mismatch,      // reconnect was asked for one account and another one came
    unauthenticated,       // no API key, or one that is unknown or revoked
    insufficient_scope,    // the key, or the grant, lacks a scope
    provider_disabled,     // known, but not configured or switched off
    provider_permission_denied,  // the provider says that the account may not do that
    not_found,                   // no such thing, or not this user's
    unknown_provider,            // no provider of that id
    method_not_allowed,
    reconnect_required,       // the grant is dead and can't be renewed: the user must consent again
    conflict,                 // it is already there, or changed meanwhile
    unsupported_by_provider,  // the provider has no such operation
    body_too_large,
    unsupported_media_type,
    rate_limited,
    headers_too_large,
    internal,                // a bug, or data that can't be opened
    provider_error,          // an answer of the provider's that makes no sense
    provider_misconfigured,  // the operator's client id, secret or redirect URI is wrong
    provider_unavailable,    // 5xx, or no connection
    storage_unavailable,     // the database is gone, locked, full or read-only
    shutting_down,           // the host drains
    provider_timeout,        // no answer within the deadline
    access_denied,           // the person said no (in redirects only)
    invalid_code,            // the authorization code is wrong, used or expired (in redirects only)
};

// The code as the REST contract writes it: `INVALID_STATE`.
[[nodiscard]] auto code_of(errc code) noexcept -> std::string_view;

// What is wrong with one field of a request or of the configuration.
struct field_problem {
    std::string field;
    std::string message;
};

// An expected failure. The message says what happened and what to do; it holds no secret.
struct error {
    errc code = errc::internal;
    std::string message;
    std::optional<std::chrono::seconds> retry_after = {};
    std::vector<field_problem> details = {};
};

}  // namespace tenon::host
