#include "oauth/operations.hpp"

#include "base/log.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/observer.hpp"
#include "oauth/rate_governor.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

void report(
    oauth_context& context, const provider_instance& provider, operation_kind kind,
    const operation_result& outcome, time_point began
) {
    const std::chrono::duration<double> took = context.time.now() - began;
    const auto ended = outcome.has_value() ? std::string_view("ok") : ended_as(outcome.error());
    context.observer.operation_ended(provider.name(), name_of(kind), ended, took.count());
    if (outcome.has_error()) {
        const auto& failure = outcome.error();
        log(log_level::warn, "operation failed",
            {{log_key::provider, provider.name()},
             {log_key::operation, name_of(kind)},
             {log_key::outcome, ended},
             {log_key::code, failure.code},
             {log_key::status, failure.http_status},
             {log_key::detail, failure.message}});
    }
}

auto was_answered(const operation_failure& failure) -> bool {
    return failure.outcome == transport::ok && failure.http_status != 0;
}

// Whose limit the operation's end tells of.
struct limit_subject {
    limited_client client;
    std::string account = {};
};

auto find_param(const operation_request& request, std::string_view name) -> std::string {
    const auto found =
        std::ranges::find(request.params, name, &std::pair<std::string, std::string>::first);
    return found == request.params.end() ? std::string() : found->second;
}

// What the client is told at the token endpoint is told all who come with it; what a profile is
// told may be its account's own limit. Empty: what is replayed was answered long ago, and who
// brought credentials along is limited alone.
auto speaks_of(const provider_instance& provider, const operation_request& request)
    -> limit_subject {
    if (!request.recorded.empty() || !request.secrets.credentials.empty()) {
        return {};
    }
    switch (request.kind) {
        case operation_kind::refresh:
        case operation_kind::exchange:
            return {limited_client_of(provider, request.client_id, request.connect)};
        case operation_kind::profile: {
            const auto base_url = find_param(request, "base_url");
            return {
                limited_api_of(provider, request.client_id, request.connect, base_url),
                find_param(request, "account_id")};
        }
        case operation_kind::describe:
        case operation_kind::authorize:
        case operation_kind::revoke:
        case operation_kind::validate: break;
    }
    return {};
}

void tell_governor(
    oauth_context& context, const limit_subject& subject, const operation_result& outcome
) {
    if (subject.client.empty()) {
        return;
    }
    using verdict = rate_governor::verdict;
    rate_governor::answer what{verdict::answered, {}, subject.account};
    if (outcome.has_error()) {
        const auto& failure = outcome.error();
        what.retry_after = failure.retry_after;
        what.how = !was_answered(failure)                               ? verdict::unknown
                   : failure.category == failure_category::rate_limited ? verdict::limited
                                                                        : verdict::answered;
    }
    if (context.governor.report(subject.client, what, context.time.now())) {
        const auto provider = provider_of(subject.client);
        context.observer.provider_alarm(provider, alarm_cause::rate_limited);
        log(log_level::warn, "provider_limits_client",
            {{log_key::provider, provider},
             {log_key::detail, "it limits this client's requests: they wait"}});
    }
}

// Providers call it by different names: the category tells. Once tokens were given for the secret
// it was right, and the code or refresh token is used up.
auto client_was_refused(const operation_failure& failure) -> bool {
    return failure.category == failure_category::misconfigured && was_answered(failure) &&
           failure.grant_requests <= 1 && !failure.grant_reply_pending && !failure.holds_grant;
}

// Answered, but was it carried out? A provider that says 503 did nothing; of any other 5xx nobody
// knows, as of a 2xx that holds no tokens: with rotation the refresh token may be used up.
auto is_of_unknown_effect(const operation_failure& failure) -> bool {
    const auto status = failure.http_status;
    return was_answered(failure) && !failure.holds_grant &&
           ((status >= 500 && status != 503) || status / 100 == 2);
}

auto has_another_secret(const provider_instance& provider, const operation_request& request)
    -> bool {
    return request.client_secret_index + 1 < provider.settings().client_secrets.size();
}

// The attempt that is begun, and those with further client secrets that follow from it.
auto see_through(
    oauth_context& context, provider_handle provider, operation_kind kind, limit_subject subject,
    boost::asio::awaitable<operation_result> attempt, std::unique_ptr<operation_request> again
) -> boost::asio::awaitable<operation_result> {
    const auto began = context.time.now();
    auto outcome = co_await std::move(attempt);
    // All attempts share the one deadline: leases are counted by it.
    const auto ends = began + (again ? again->deadline : milliseconds(0));
    while (again && outcome.has_error() && client_was_refused(outcome.error())) {
        again->deadline = ends - context.time.now();
        if (again->deadline <= milliseconds(0)) {
            break;
        }
        ++again->client_secret_index;
        auto next = run_operation(provider, *again, context.http, context.time);
        outcome = co_await std::move(next);
        if (!has_another_secret(*provider, *again)) {
            again.reset();
        }
    }
    report(context, *provider, kind, outcome, began);
    tell_governor(context, subject, outcome);
    co_return outcome;
}

}  // namespace

auto held_back(
    oauth_context& context, const provider_instance& provider, const operation_request& request
) -> std::optional<milliseconds> {
    const auto subject = speaks_of(provider, request);
    return subject.client.empty() ? std::nullopt
                                  : context.governor.ask(subject.client, context.time.now());
}

auto perform(oauth_context& context, provider_handle provider, operation_request request)
    -> boost::asio::awaitable<operation_result> {
    // For the next client secret, where there is one.
    std::unique_ptr<operation_request> again;
    if (has_another_secret(*provider, request)) {
        again = std::make_unique<operation_request>(request);
    }
    const auto kind = request.kind;
    auto subject = speaks_of(*provider, request);
    auto attempt = run_operation(provider, std::move(request), context.http, context.time);
    return see_through(
        context, std::move(provider), kind, std::move(subject), std::move(attempt), std::move(again)
    );
}

auto ended_as(const operation_failure& failure) -> std::string_view {
    if (failure.category != failure_category::unavailable) {
        return name_of(failure.category);
    }
    if (failure.circuit_open) {
        return "circuit_open";
    }
    if (failure.code == "deadline") {
        return "timeout";
    }
    switch (failure.outcome) {
        case transport::ok:
            if (failure.http_status >= 500) {
                return "http_5xx";
            }
            break;
        case transport::timeout: return "timeout";
        case transport::dns: return "dns";
        case transport::connect: return "unreachable";
        case transport::tls: return "tls";
        case transport::reset: return "reset";
        case transport::too_large:
        case transport::denied:
        case transport::cancelled: break;
    }
    return name_of(failure.category);
}

auto classify(const operation_failure& failure) -> refresh_failure {
    if (failure.grant_reply_pending) {
        return refresh_failure::ambiguous;
    }
    switch (failure.category) {
        case failure_category::revoked:
        case failure_category::access_denied:
        case failure_category::token_rejected: return refresh_failure::revoked;
        case failure_category::misconfigured: return refresh_failure::misconfigured;
        case failure_category::rate_limited: return refresh_failure::transient;
        case failure_category::unavailable:
            if (failure.outcome != transport::ok && failure.sent == request_sent::no) {
                return refresh_failure::not_sent;
            }
            return is_of_unknown_effect(failure) ? refresh_failure::ambiguous
                                                 : refresh_failure::transient;
        case failure_category::provider:
        case failure_category::invalid_code:
        case failure_category::scope:
        case failure_category::unsupported:
        case failure_category::invalid_input:
            return is_of_unknown_effect(failure) ? refresh_failure::ambiguous
                                                 : refresh_failure::broken;
    }
    return refresh_failure::broken;
}

}  // namespace tenon::host
