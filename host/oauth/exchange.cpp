#include "oauth/exchange.hpp"

#include "oauth/cut_off_exchange.hpp"
#include "oauth/id_token.hpp"
#include "oauth/intents.hpp"
#include "oauth/operations.hpp"
#include "oauth/profile_fields.hpp"
#include "oauth/revocation_watch.hpp"
#include "oauth/sealing.hpp"

#include <stdexcept>

namespace tenon::host {
namespace {

auto intent_of(const oauth_context& context, const exchange_input& input, std::string id)
    -> std::shared_ptr<const intent_row> {
    const auto begin = std::make_shared<intent_row>();
    begin->id = std::move(id);
    begin->org = input.by.org;
    begin->kind = intent_kind::exchange;
    begin->provider = input.provider;
    begin->user = input.by.user;
    begin->sealed =
        seal_for(context.seal, begin->org, begin->id, sealed_column::intent, serialize(input));
    begin->owner = context.options.instance;
    begin->created_at = begin->updated_at = input.began_at;
    return begin;
}

auto record_of(oauth_context& context, const exchange_input& input, exchange_progress progress)
    -> std::shared_ptr<exchange_record> {
    auto record = std::make_shared<exchange_record>();
    record->intent = {input.by.org, progress.intent};
    if (!progress.intent_stored) {
        record->begin = intent_of(context, input, progress.intent);
    }
    record->replies = std::move(progress.recorded);
    record->discard = [&context, input = std::make_shared<const exchange_input>(input),
                       id = progress.intent](recorded_replies replies) {
        return discard_unkept(context, *input, exchange_progress{id, true, std::move(replies)});
    };
    return record;
}

auto exchange_request(
    oauth_context& context, const exchange_input& input, std::shared_ptr<exchange_record> record
) -> operation_request {
    operation_request request;
    request.kind = operation_kind::exchange;
    request.params = {
        {"code", std::string(input.code.reveal())},
        {"redirect_uri", input.redirect_uri},
        {"scope", input.requested_scope}};
    if (input.reconnect) {
        request.params.emplace_back("account_id", input.reconnect->text());
    }
    for (const auto& [name, value] : input.callback) {
        request.params.emplace_back("callback." + name, value);
    }
    request.connect = input.connect_params;
    request.secrets.code_verifier = input.verifier;
    request.client_id = input.client_id;
    request.deadline = context.options.operation_deadline;
    request.recorded = record->replies;
    request.sink = make_reply_sink(context, std::move(record));
    return request;
}

auto profile_request(const oauth_context& context, const exchange_input& input, const landing& what)
    -> operation_request {
    const auto& main = what.grants.front();
    operation_request request;
    request.kind = operation_kind::profile;
    if (!main.account_id.empty()) {
        request.params.emplace_back("account_id", main.account_id);
    }
    if (!what.scope.empty()) {
        request.params.emplace_back("scope", what.scope);
    }
    if (!main.base_url.empty()) {
        request.params.emplace_back("base_url", main.base_url);
    }
    request.connect = input.connect_params;
    request.slot = main.slot;
    request.secrets.access_token = main.access_token;
    request.client_id = input.client_id;
    request.deadline = context.options.operation_deadline;
    return request;
}

auto is_passing(const operation_failure& failure) -> bool {
    return failure.category == failure_category::unavailable ||
           failure.category == failure_category::rate_limited;
}

auto failed(const operation_failure& failure, const exchange_input& input) -> exchange_failure {
    return {to_error(failure, input.provider.text()), is_passing(failure)};
}

// What the exchange alone tells.
auto begin_landing(const exchange_input& input, operation_output output, std::string intent)
    -> landing {
    landing what;
    what.by = input.by;
    what.provider = input.provider;
    what.client_id = input.client_id;
    what.grants = std::move(output.grants);
    const auto& main = what.grants.front();
    what.account = account_id(main.account_id);
    what.scope = main.scope.empty() ? input.requested_scope : main.scope;
    what.metadata = main.metadata_json.empty() ? "{}" : main.metadata_json;
    what.connect_params = params_to_json(input.connect_params);
    what.issued_at = input.began_at;
    what.intent = std::move(intent);
    what.action = "connection.connected";
    return what;
}

auto add_profile(landing& what, const operation_output& profile, const std::string& subject)
    -> std::optional<error> {
    if (!is_of_subject(profile, subject)) {
        return fail(
            errc::provider_error,
            "the profile is of another account than the ID token: nothing was stored"
        );
    }
    if (const auto* account = profile.field("account_id");
        account != nullptr && what.account.empty()) {
        what.account = account_id(account->value);
    }
    what.metadata = with_profile(what.metadata, profile);
    what.profile = profile_json(profile, what.account.text());
    return std::nullopt;
}

// OpenID Connect Core 3.1.3.3: where openid was granted there is one; without it, whoever swapped
// the answer would not be noticed.
auto lacks_id_token(const exchange_input& input, const landing& what) -> bool {
    const auto scopes = " " + what.scope + " ";
    return !input.nonce.empty() && what.grants.front().id_token.empty() &&
           scopes.find(" openid ") != std::string::npos;
}

auto nothing_stored(const char* why) -> exchange_failure {
    return {fail(errc::provider_error, std::string(why) + ": nothing was stored"), false};
}

// Whose tokens they are: by the ID token, and by the profile.
auto identify(
    oauth_context& context, provider_handle provider, const exchange_input& input, landing& what,
    std::optional<time_point> recorded_at
) -> boost::asio::awaitable<std::optional<exchange_failure>> {
    const auto& main = what.grants.front();
    if (lacks_id_token(input, what)) {
        co_return nothing_stored(
            "the provider's answer has no ID token, though openid was asked for"
        );
    }
    std::string subject;
    const auto& about = provider->about();
    if (!main.id_token.empty() && !about.issuer.empty() && !about.jwks_url.empty()) {
        auto identity = co_await verify_identity(
            context, provider, main.id_token, input.client_id, std::string(input.nonce.reveal()),
            recorded_at.value_or(context.time.now())
        );
        if (identity.has_error()) {
            const bool passing = identity.error().code == errc::provider_unavailable;
            co_return exchange_failure{identity.error(), passing};
        }
        subject = identity->subject;
    }
    if (provider->supports(operation_kind::profile)) {
        auto asked = profile_request(context, input, what);
        auto profile = co_await perform(context, provider, std::move(asked));
        if (profile.has_value()) {
            if (auto wrong = add_profile(what, *profile, subject)) {
                co_return exchange_failure{std::move(*wrong), false};
            }
        } else if (what.account.empty()) {
            co_return failed(profile.error(), input);
        }
    }
    if (what.account.empty()) {
        co_return exchange_failure{
            fail(
                errc::provider_error,
                "the provider's answers name no account; configure where its id is (profile: "
                "account_id)"
            ),
            false};
    }
    co_return std::nullopt;
}

}  // namespace

void throw_exception_from_error(
    const exchange_failure& failure, const boost::source_location& /*where*/
) {
    throw bad_result(failure.reason);
}

auto run_exchange(oauth_context& context, exchange_input input, exchange_progress progress)
    -> boost::asio::awaitable<exchange_result> {
    auto provider = co_await context.providers.acquire(input.provider.text());
    if (provider.has_error()) {
        co_return exchange_failure{provider.error(), true};
    }
    const std::string intent = progress.intent;
    // Empty: it is not a replay.
    const auto recorded_at = progress.recorded.empty()
                                 ? std::optional<time_point>()
                                 : progress.recorded.rbegin()->second.response.sent_at;
    const auto record = record_of(context, input, std::move(progress));
    auto request = exchange_request(context, input, record);
    auto exchanged = co_await perform(context, *provider, std::move(request));
    if (exchanged.has_error()) {
        auto failure = failed(exchanged.error(), input);
        failure.try_again = failure.try_again && !record->unwanted;
        co_return failure;
    }
    if (!recorded_at) {
        context.watch.note_success(input.provider);
    }
    auto what = begin_landing(input, std::move(*exchanged), intent);
    what.unrecorded = record->unwanted;
    auto problem = co_await identify(context, *provider, input, what, recorded_at);
    if (problem) {
        problem->try_again = problem->try_again && !record->unwanted;
        problem->granted = std::make_shared<const landing>(std::move(what));
        co_return std::move(*problem);
    }
    co_return std::move(what);
}

}  // namespace tenon::host
