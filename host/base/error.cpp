#include "base/error.hpp"

namespace tenon::host {

auto code_of(errc code) noexcept -> std::string_view {
    switch (code) {
        case errc::invalid_request: return "INVALID_REQUEST";
        case errc::invalid_json: return "INVALID_JSON";
        case errc::user_required: return "USER_REQUIRED";
        case errc::invalid_state: return "INVALID_STATE";
        case errc::redirect_not_allowed: return "REDIRECT_NOT_ALLOWED";
        case errc::issuer_mismatch: return "ISSUER_MISMATCH";
        case errc::account_mismatch: return "ACCOUNT_MISMATCH";
        case errc::unauthenticated: return "UNAUTHENTICATED";
        case errc::insufficient_scope: return "INSUFFICIENT_SCOPE";
        case errc::provider_disabled: return "PROVIDER_DISABLED";
        case errc::provider_permission_denied: return "PROVIDER_PERMISSION_DENIED";
        case errc::not_found: return "NOT_FOUND";
        case errc::unknown_provider: return "UNKNOWN_PROVIDER";
        case errc::method_not_allowed: return "METHOD_NOT_ALLOWED";
        case errc::reconnect_required: return "RECONNECT_REQUIRED";
        case errc::conflict: return "CONFLICT";
        case errc::unsupported_by_provider: return "UNSUPPORTED_BY_PROVIDER";
        case errc::body_too_large: return "BODY_TOO_LARGE";
        case errc::unsupported_media_type: return "UNSUPPORTED_MEDIA_TYPE";
        case errc::rate_limited: return "RATE_LIMITED";
        case errc::headers_too_large: return "HEADERS_TOO_LARGE";
        case errc::internal: return "INTERNAL";
        case errc::provider_error: return "PROVIDER_ERROR";
        case errc::provider_misconfigured: return "PROVIDER_MISCONFIGURED";
        case errc::provider_unavailable: return "PROVIDER_UNAVAILABLE";
        case errc::storage_unavailable: return "STORAGE_UNAVAILABLE";
        case errc::shutting_down: return "SHUTTING_DOWN";
        case errc::provider_timeout: return "PROVIDER_TIMEOUT";
        case errc::access_denied: return "ACCESS_DENIED";
        case errc::invalid_code: return "INVALID_CODE";
    }
    return "INTERNAL";
}

}  // namespace tenon::host
