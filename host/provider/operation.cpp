#include "provider/operation.hpp"

#include "provider/operation_run.hpp"

#include <algorithm>

namespace tenon::host {

auto operation_output::field(std::string_view name) const -> const output_field* {
    const auto found = std::ranges::find(fields, name, &output_field::name);
    return found == fields.end() ? nullptr : &*found;
}

auto name_of(failure_category category) noexcept -> std::string_view {
    switch (category) {
        case failure_category::provider: return "provider";
        case failure_category::revoked: return "revoked";
        case failure_category::invalid_code: return "invalid_code";
        case failure_category::access_denied: return "access_denied";
        case failure_category::scope: return "scope";
        case failure_category::misconfigured: return "misconfigured";
        case failure_category::rate_limited: return "rate_limited";
        case failure_category::unavailable: return "unavailable";
        case failure_category::unsupported: return "unsupported";
        case failure_category::invalid_input: return "invalid_input";
        case failure_category::token_rejected: return "token_rejected";
    }
    return "provider";
}

void throw_exception_from_error(
    const operation_failure& failure, const boost::source_location& /*where*/
) {
    throw bad_result(to_error(failure, "provider"));
}

auto run_operation(
    provider_handle instance, operation_request request, outbound_http& http, const clock& time
) -> boost::asio::awaitable<operation_result> {
    return operation_run::drive(
        std::make_unique<operation_run>(std::move(instance), std::move(request), http, time)
    );
}

namespace {

auto code_for(const operation_failure& failure) -> errc {
    switch (failure.category) {
        case failure_category::provider: return errc::provider_error;
        case failure_category::revoked:
        case failure_category::token_rejected: return errc::reconnect_required;
        case failure_category::invalid_code: return errc::invalid_code;
        case failure_category::access_denied: return errc::provider_permission_denied;
        case failure_category::scope: return errc::insufficient_scope;
        case failure_category::misconfigured: return errc::provider_misconfigured;
        case failure_category::rate_limited: return errc::rate_limited;
        case failure_category::unavailable:
            return failure.outcome == transport::timeout || failure.code == "deadline"
                       ? errc::provider_timeout
                       : errc::provider_unavailable;
        case failure_category::unsupported: return errc::unsupported_by_provider;
        case failure_category::invalid_input: return errc::invalid_request;
    }
    return errc::provider_error;
}

}  // namespace

auto to_error(const operation_failure& failure, std::string_view provider) -> error {
    error out;
    out.code = code_for(failure);
    out.message =
        std::string(provider) + ": " + (failure.message.empty() ? failure.code : failure.message);
    if (!failure.code.empty() && !failure.message.empty()) {
        out.message += " [" + failure.code + "]";
    }
    if (failure.retry_after) {
        // Rounded up: a caller that comes back a moment too early is told the same again.
        out.retry_after = std::chrono::ceil<std::chrono::seconds>(*failure.retry_after);
    }
    out.details = failure.details;
    return out;
}

}  // namespace tenon::host
