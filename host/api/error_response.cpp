#include "api/error_response.hpp"

#include "api/json_writer.hpp"

#include <array>

namespace tenon::host {

auto http_status_of(errc code) noexcept -> unsigned {
    switch (code) {
        case errc::invalid_request:
        case errc::invalid_json:
        case errc::user_required:
        case errc::invalid_state:
        case errc::redirect_not_allowed:
        case errc::issuer_mismatch:
        case errc::account_mismatch:
        case errc::access_denied:
        case errc::invalid_code: return 400;
        case errc::unauthenticated: return 401;
        case errc::insufficient_scope:
        case errc::provider_disabled:
        case errc::provider_permission_denied: return 403;
        case errc::not_found:
        case errc::unknown_provider: return 404;
        case errc::method_not_allowed: return 405;
        case errc::reconnect_required:
        case errc::conflict:
        case errc::unsupported_by_provider: return 409;
        case errc::body_too_large: return 413;
        case errc::unsupported_media_type: return 415;
        case errc::rate_limited: return 429;
        case errc::headers_too_large: return 431;
        case errc::internal: return 500;
        case errc::provider_error:
        case errc::provider_misconfigured: return 502;
        case errc::provider_unavailable:
        case errc::storage_unavailable:
        case errc::shutting_down: return 503;
        case errc::provider_timeout: return 504;
    }
    return 500;
}

auto retry_after_of(const error& failure) noexcept -> std::optional<std::chrono::seconds> {
    const bool away = failure.code == errc::storage_unavailable && !failure.retry_after;
    return away ? std::optional(std::chrono::seconds(1)) : failure.retry_after;
}

auto error_body(const error& failure, std::string_view request_id) -> std::string {
    json_writer json;
    json.begin_object()
        .field("success", false)
        .field("error", code_of(failure.code))
        .field("message", failure.message)
        .field("requestId", request_id);
    if (const auto wait = retry_after_of(failure)) {
        json.field("retryAfter", wait->count());
    }
    if (!failure.details.empty()) {
        json.key("details").begin_array();
        for (const auto& problem : failure.details) {
            json.begin_object()
                .field("field", problem.field)
                .field("message", problem.message)
                .end_object();
        }
        json.end_array();
    }
    return json.end_object().take();
}

auto all_error_codes() noexcept -> std::span<const errc> {
    static constexpr std::array codes{
        errc::invalid_request,
        errc::invalid_json,
        errc::user_required,
        errc::invalid_state,
        errc::redirect_not_allowed,
        errc::issuer_mismatch,
        errc::account_mismatch,
        errc::unauthenticated,
        errc::insufficient_scope,
        errc::provider_disabled,
        errc::provider_permission_denied,
        errc::not_found,
        errc::unknown_provider,
        errc::method_not_allowed,
        errc::reconnect_required,
        errc::conflict,
        errc::unsupported_by_provider,
        errc::body_too_large,
        errc::unsupported_media_type,
        errc::rate_limited,
        errc::headers_too_large,
        errc::internal,
        errc::provider_error,
        errc::provider_misconfigured,
        errc::provider_unavailable,
        errc::storage_unavailable,
        errc::shutting_down,
        errc::provider_timeout,
        errc::access_denied,
        errc::invalid_code};
    // The last member of the enumeration counts them.
    static_assert(codes.size() == static_cast<std::size_t>(errc::invalid_code) + 1);
    return codes;
}

}  // namespace tenon::host
