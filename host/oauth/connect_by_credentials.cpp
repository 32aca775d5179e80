#include "oauth/connect_by_credentials.hpp"

#include "oauth/connection_views.hpp"
#include "oauth/exchange.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/landing.hpp"
#include "oauth/named_fields.hpp"
#include "oauth/operations.hpp"
#include "oauth/profile_fields.hpp"
#include "oauth/reconnect.hpp"

#include <tenon/descriptor.h>
#include <algorithm>

namespace tenon::host {
namespace {

auto to_secrets(std::map<std::string, std::string> values) -> credential_map {
    credential_map secrets;
    for (auto& [name, value] : values) {
        if (!value.empty()) {
            secrets.emplace(name, secret(std::move(value)));
        }
    }
    return secrets;
}

auto validate_request(
    const oauth_context& context, const credential_connect& request,
    const provider_instance& provider, const credential_map& credentials
) -> operation_request {
    operation_request operation;
    operation.kind = operation_kind::validate;
    if (request.reconnect) {
        operation.params.emplace_back("account_id", request.reconnect->text());
    }
    operation.connect = request.params;
    operation.secrets.credentials = credentials;
    operation.client_id = provider.settings().client_id;
    operation.deadline = context.options.operation_deadline;
    return operation;
}

auto profile_request(
    const oauth_context& context, const credential_connect& request, const landing& what,
    const credential_map& credentials
) -> operation_request {
    const auto& main = what.grants.front();
    operation_request operation;
    operation.kind = operation_kind::profile;
    if (!what.account.empty()) {
        operation.params.emplace_back("account_id", what.account.text());
    }
    if (!what.scope.empty()) {
        operation.params.emplace_back("scope", what.scope);
    }
    if (!main.base_url.empty()) {
        operation.params.emplace_back("base_url", main.base_url);
    }
    operation.connect = request.params;
    operation.slot = main.slot;
    operation.secrets.access_token = main.access_token;
    operation.secrets.credentials = credentials;
    operation.client_id = what.client_id;
    operation.deadline = context.options.operation_deadline;
    return operation;
}

auto to_landing(
    const credential_connect& request, const provider_instance& provider, operation_output output,
    const credential_map& credentials, time_point began_at
) -> landing {
    landing what;
    what.by = request.by;
    what.provider = request.provider;
    what.client_id = provider.settings().client_id;
    what.grants = std::move(output.grants);
    const auto& main = what.grants.front();
    what.account = account_id(main.account_id);
    what.scope = main.scope;
    what.metadata = main.metadata_json.empty() ? "{}" : main.metadata_json;
    what.connect_params = params_to_json(request.params);
    what.credentials = credentials_to_json(credentials);
    what.issued_at = began_at;
    what.action = "connection.connected";
    return what;
}

// A field that the plugin names is one of the request's objects.
auto to_refusal(const operation_failure& failure, const provider_instance& provider) -> error {
    const bool refused = failure.category == failure_category::token_rejected ||
                         failure.category == failure_category::revoked ||
                         failure.category == failure_category::access_denied;
    auto problem = to_error(failure, provider.name());
    if (refused) {
        problem.code = errc::invalid_request;
        problem.details = {{"credentials", "the provider refuses them"}};
        return problem;
    }
    const auto& fields = provider.about().credential_fields;
    for (auto& detail : problem.details) {
        const bool is_credential =
            std::ranges::find(fields, detail.field, &field_descriptor::name) != fields.end();
        detail.field = (is_credential ? "credentials." : "params.") + detail.field;
    }
    return problem;
}

auto take_profile(landing& what, const operation_output& profile) -> std::optional<error> {
    const auto* account = profile.field("account_id");
    if (account != nullptr && what.account.empty()) {
        what.account = account_id(account->value);
    }
    if (account != nullptr && what.account.text() != account->value) {
        return fail(
            errc::provider_error,
            "the profile is of another account than the credentials: nothing was stored"
        );
    }
    what.metadata = with_profile(what.metadata, profile);
    what.profile = profile_json(profile, what.account.text());
    return std::nullopt;
}

auto check_account(const credential_connect& request, const landing& what) -> std::optional<error> {
    if (what.account.empty()) {
        return fail(errc::provider_error, "the provider's answers name no account");
    }
    if (request.reconnect && *request.reconnect != what.account) {
        return fail(
            errc::account_mismatch, "the credentials are of another account than accountId says"
        );
    }
    return std::nullopt;
}

auto acquire_for_credentials(oauth_context& context, provider_id name)
    -> boost::asio::awaitable<result<provider_handle>> {
    auto provider = co_await context.providers.acquire(name.text());
    if (provider.has_value() && !(*provider)->supports(operation_kind::validate)) {
        co_return fail(
            errc::unsupported_by_provider,
            "this provider takes no credentials: its users are sent there by a redirect"
        );
    }
    co_return provider;
}

// Everything that can be wrong with the request by itself.
auto check_request(credential_connect& request, const provider_instance& provider)
    -> std::optional<error> {
    auto credentials = check_object(
        provider.about().credential_fields, std::move(request.credentials), "credentials"
    );
    if (credentials.has_error()) {
        return credentials.error();
    }
    auto params =
        check_object(provider.about().connect_fields, std::move(request.params), "params");
    if (params.has_error()) {
        return params.error();
    }
    request.credentials = std::move(*credentials);
    request.params = std::move(*params);
    return std::nullopt;
}

// VALIDATE, then PROFILE where there is one.
auto ask_provider(oauth_context& context, provider_handle provider, credential_connect request)
    -> boost::asio::awaitable<result<landing>> {
    const auto began_at = context.time.now();
    const auto credentials = to_secrets(request.credentials);
    auto operation = validate_request(context, request, *provider, credentials);
    auto validated = co_await perform(context, provider, std::move(operation));
    if (validated.has_error()) {
        co_return to_refusal(validated.error(), *provider);
    }
    auto what = to_landing(request, *provider, std::move(*validated), credentials, began_at);
    if (provider->supports(operation_kind::profile)) {
        auto asked = profile_request(context, request, what, credentials);
        auto profile = co_await perform(context, provider, std::move(asked));
        if (profile.has_error()) {
            co_return to_refusal(profile.error(), *provider);
        }
        if (auto wrong = take_profile(what, *profile)) {
            co_return std::move(*wrong);
        }
    }
    if (auto wrong = check_account(request, what)) {
        co_return std::move(*wrong);
    }
    co_return what;
}

}  // namespace

auto connect_by_credentials(oauth_context& context, credential_connect request)
    -> boost::asio::awaitable<result<connection_view>> {
    auto provider = co_await acquire_for_credentials(context, request.provider);
    if (provider.has_error()) {
        co_return provider.error();
    }
    if (auto wrong = check_request(request, **provider)) {
        co_return std::move(*wrong);
    }
    if (request.reconnect) {
        auto account =
            co_await resolve_reconnect(context, request.by, request.provider, *request.reconnect);
        if (account.has_error()) {
            co_return account.error();
        }
        request.reconnect = *account;
    }
    auto what = co_await ask_provider(context, *provider, std::move(request));
    if (what.has_error()) {
        co_return what.error();
    }
    const auto org = what->by.org;
    auto landed = co_await land(context, std::move(*what));
    if (landed.has_error()) {
        co_return landed.error();
    }
    co_return co_await read_view(context, org, std::move(*landed));
}

}  // namespace tenon::host
