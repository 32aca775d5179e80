#include "oauth/profile.hpp"

#include "crypto/jwt.hpp"
#include "oauth/exchange.hpp"
#include "oauth/grant_secrets.hpp"
#include "oauth/grant_state.hpp"
#include "oauth/landing.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/operations.hpp"
#include "oauth/profile_fields.hpp"
#include "oauth/refresh.hpp"
#include "oauth/sealing.hpp"
#include "oauth/token.hpp"
#include "store/connection_grants.hpp"
#include "store/connections.hpp"
#include "store/database.hpp"

namespace tenon::host {
namespace {

// What is stored of the connection that a profile is asked of.
struct profiled {
    connection_row connection;
    std::optional<grant_row> main;
};

auto find_profiled(oauth_context& context, actor by, account_selector which)
    -> boost::asio::awaitable<result<std::shared_ptr<const profiled>>> {
    auto look = [user = by.user,
                 which](sql_session& session) -> result<std::shared_ptr<const profiled>> {
        auto connection = find_connection(session, user, which.provider, which.account);
        if (!connection) {
            return fail(errc::not_found, "the user has no such connection");
        }
        auto main = find_grant_of(session, connection->id, "");
        return std::make_shared<const profiled>(profiled{std::move(*connection), std::move(main)});
    };
    return context.db.with_org(by.org, access::read, std::move(look));
}

auto is_fresh(const oauth_context& context, const connection_row& row) -> bool {
    return row.profile && row.profile_at &&
           context.time.now() - *row.profile_at < context.options.profile_lifetime;
}

auto profile_request(oauth_context& context, const profiled& of, const token_answer& token)
    -> result<operation_request> {
    auto credentials = open_credentials(context.seal, *of.main);
    if (credentials.has_error()) {
        return credentials.error();
    }
    operation_request request;
    request.kind = operation_kind::profile;
    request.params = {{"account_id", of.connection.account.text()}};
    if (!of.main->scope.empty()) {
        request.params.emplace_back("scope", of.main->scope);
    }
    if (!of.main->base_url.empty()) {
        request.params.emplace_back("base_url", of.main->base_url);
    }
    // The token's own: it goes to no other host than it came from.
    request.connect = params_from_json(of.main->connect_params);
    request.slot = plugin_slot(of.main->slot);
    request.secrets.access_token = token.access_token;
    request.secrets.credentials = std::move(*credentials);
    request.client_id = of.main->client_id;
    request.deadline = context.options.operation_deadline;
    return request;
}

// Of the grant's ID token; empty where the provider has none that could be verified.
auto subject_of(
    const oauth_context& context, const provider_instance& provider, const grant_row& grant
) -> result<std::string> {
    const auto& about = provider.about();
    if (!grant.id_token || about.issuer.empty() || about.jwks_url.empty()) {
        return std::string();
    }
    const auto token = open_from(
        context.seal, grant.org, grant.id.text(), sealed_column::grant_id_token, *grant.id_token
    );
    if (token.has_error()) {
        return token.error();
    }
    return unverified_subject(token->reveal()).value_or("");
}

// The profile as the API has it, unless it is of somebody else.
auto checked_profile(
    const oauth_context& context, const provider_instance& provider, const profiled& of,
    const operation_output& answered
) -> result<std::string> {
    const auto subject = subject_of(context, provider, *of.main);
    if (subject.has_error()) {
        return subject.error();
    }
    if (!is_of_subject(answered, *subject)) {
        return fail(errc::provider_error, "the provider answered with another account's profile");
    }
    return profile_json(answered, of.connection.account.text());
}

auto keep(oauth_context& context, actor by, connection_id id, std::string profile)
    -> boost::asio::awaitable<void> {
    auto write = [id, profile, now = context.time.now()](sql_session& session) -> result<void> {
        set_connection_profile(session, id, profile, now);
        return {};
    };
    // The caller has its answer either way: it is asked anew next time.
    [[maybe_unused]] auto done =
        co_await context.db.with_org(by.org, access::write, std::move(write));
}

auto token_of(token_reader& tokens, const actor& by, const profiled& of)
    -> boost::asio::awaitable<result<token_answer>> {
    token_request request;
    request.org = by.org;
    request.user = by.user;
    request.which = {of.connection.provider, of.connection.id.text()};
    co_return co_await tokens.read(std::move(request));
}

// The provider's answer, and the generation of the token that it was asked with.
struct asked_once {
    std::int64_t generation = 0;
    operation_result answered;
};

auto ask(
    oauth_context& context, token_reader& tokens, actor by, const profiled& of,
    provider_handle provider
) -> boost::asio::awaitable<result<asked_once>> {
    auto token = co_await token_of(tokens, by, of);
    if (token.has_error()) {
        co_return token.error();
    }
    if (!of.main) {
        co_return fail(errc::not_found, "the connection has no token");
    }
    auto request = profile_request(context, of, *token);
    if (request.has_error()) {
        co_return request.error();
    }
    if (const auto wait = held_back(context, *provider, *request)) {
        co_return limit_error(of.main->provider, *wait);
    }
    auto asking = perform(context, std::move(provider), std::move(*request));
    auto answered = co_await std::move(asking);
    co_return asked_once{token->generation, std::move(answered)};
}

// A token that the provider refuses is dead before its time, or had none: it is renewed.
auto renew(refresher& refresh, org_id org, const grant_row& grant, std::int64_t refused)
    -> boost::asio::awaitable<result<void>> {
    refresh_order order{org, grant.id, grant.provider, refresh_reason::refused, refused};
    auto refreshing = refresh.refresh(std::move(order));
    const auto renewed = co_await std::move(refreshing);
    if (!renewed.has_error()) {
        co_return result<void>();
    }
    if (renewed.error().code == errc::unsupported_by_provider) {
        co_return fail(
            errc::reconnect_required, "the provider refuses the token; connect the account again"
        );
    }
    co_return renewed.error();
}

auto is_refused(const operation_result& answered) -> bool {
    return answered.has_error() && answered.error().category == failure_category::token_rejected;
}

}  // namespace

auto read_profile(
    oauth_context& context, token_reader& tokens, refresher& refresh, actor by,
    account_selector which, freshness how
) -> boost::asio::awaitable<result<profile_answer>> {
    auto provider = co_await context.providers.acquire(which.provider.text());
    if (provider.has_error()) {
        co_return provider.error();
    }
    if (!(*provider)->supports(operation_kind::profile)) {
        co_return fail(errc::unsupported_by_provider, "this provider tells no profile");
    }
    auto found = co_await find_profiled(context, by, which);
    if (found.has_error()) {
        co_return found.error();
    }
    const profiled& of = **found;
    if (how == freshness::cached_is_fine && is_fresh(context, of.connection)) {
        co_return profile_answer{*of.connection.profile};
    }
    auto asked = co_await ask(context, tokens, by, of, *provider);
    if (asked.has_value() && is_refused(asked->answered)) {
        auto renewed = co_await renew(refresh, by.org, *of.main, asked->generation);
        if (renewed.has_error()) {
            co_return renewed.error();
        }
        asked = co_await ask(context, tokens, by, of, *provider);
    }
    if (asked.has_error()) {
        co_return asked.error();
    }
    if (asked->answered.has_error()) {
        co_return to_error(asked->answered.error(), which.provider.text());
    }
    auto json = checked_profile(context, **provider, of, *asked->answered);
    if (json.has_error()) {
        co_return json.error();
    }
    co_await keep(context, by, of.connection.id, *json);
    co_return profile_answer{std::move(*json)};
}

}  // namespace tenon::host
