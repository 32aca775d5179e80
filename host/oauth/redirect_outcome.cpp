#include "oauth/redirect_outcome.hpp"

#include "base/url.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace tenon::host {

auto too_many_attempts(std::chrono::seconds wait) -> std::string {
    const auto minutes = std::max<std::int64_t>(1, (wait.count() + 59) / 60);
    return "Too many attempts. Please try again in " + std::to_string(minutes) +
           (minutes == 1 ? " minute." : " minutes.");
}

auto end_user_message(const error& failure) -> std::string {
    switch (failure.code) {
        case errc::access_denied: return "Connection cancelled. You can try again anytime.";
        case errc::unauthenticated:
        case errc::invalid_code:
        case errc::reconnect_required: return "Unable to connect. Please check your credentials.";
        case errc::provider_unavailable:
        case errc::provider_timeout: return "Connection failed. Please check your internet.";
        case errc::rate_limited:
            return too_many_attempts(failure.retry_after.value_or(std::chrono::minutes(1)));
        case errc::insufficient_scope:
        case errc::provider_permission_denied:
            return "Permission missing. Please check in the platform's settings that this app may "
                   "access the account, and grant everything that it asks for.";
        case errc::account_mismatch:
            return "That was another account. Please sign in with the account that you want to "
                   "reconnect.";
        case errc::invalid_state:
            return "This link has expired, or was used already. Please begin again.";
        case errc::provider_error:
        case errc::provider_misconfigured:
        case errc::provider_disabled:
        case errc::issuer_mismatch:
            return "This platform can't be connected at present. Please try again later, or tell "
                   "whoever runs the application.";
        case errc::storage_unavailable:
        case errc::shutting_down:
        case errc::internal: return "Connection failed on our side. Please try again in a moment.";
        case errc::invalid_request:
        case errc::invalid_json:
        case errc::user_required:
        case errc::redirect_not_allowed:
        case errc::not_found:
        case errc::unknown_provider:
        case errc::method_not_allowed:
        case errc::conflict:
        case errc::unsupported_by_provider:
        case errc::body_too_large:
        case errc::unsupported_media_type:
        case errc::headers_too_large: break;
    }
    return "Unable to connect. Please begin again, and check what you entered.";
}

auto connected_location(
    const std::string& target, const provider_id& provider, const account_id& account,
    const connection_id& connection
) -> std::string {
    return with_query(
        target, {{"provider", provider.text()},
                 {"status", "connected"},
                 {"accountId", account.text()},
                 {"connectionId", connection.text()}}
    );
}

auto confirm_location(
    const std::string& target, const provider_id& provider, const std::string& confirmation
) -> std::string {
    return with_query(
        target,
        {{"provider", provider.text()}, {"status", "confirm"}, {"confirmation", confirmation}}
    );
}

auto error_location(const std::string& target, const provider_id& provider, const error& failure)
    -> std::string {
    return with_query(
        target, {{"provider", provider.text()},
                 {"status", "error"},
                 {"error", std::string(code_of(failure.code))},
                 {"message", end_user_message(failure)}}
    );
}

auto from_authorization_error(std::string_view code) -> errc {
    struct pair {
        std::string_view theirs;
        errc ours;
    };
    constexpr std::array known{
        pair{"access_denied", errc::access_denied},
        pair{"user_cancelled_login", errc::access_denied},
        pair{"user_cancelled_authorize", errc::access_denied},
        pair{"consent_required", errc::access_denied},
        pair{"login_required", errc::access_denied},
        pair{"interaction_required", errc::access_denied},
        pair{"account_selection_required", errc::access_denied},
        pair{"server_error", errc::provider_unavailable},
        pair{"temporarily_unavailable", errc::provider_unavailable},
        pair{"invalid_scope", errc::insufficient_scope},
        pair{"unauthorized_client", errc::provider_misconfigured},
        pair{"invalid_client", errc::provider_misconfigured},
        pair{"invalid_request", errc::provider_misconfigured},
        pair{"unsupported_response_type", errc::provider_misconfigured},
        pair{"redirect_uri_mismatch", errc::provider_misconfigured},
    };
    for (const auto& one : known) {
        if (one.theirs == code) {
            return one.ours;
        }
    }
    return errc::provider_error;
}

}  // namespace tenon::host
