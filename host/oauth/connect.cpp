#include "oauth/connect.hpp"

#include "base/redirect.hpp"
#include "crypto/hash.hpp"
#include "crypto/pkce.hpp"
#include "crypto/random.hpp"
#include "oauth/erased.hpp"
#include "oauth/exchange.hpp"
#include "oauth/named_fields.hpp"
#include "oauth/operations.hpp"
#include "oauth/reconnect.hpp"
#include "oauth/redirect_uri.hpp"
#include "oauth/sealing.hpp"
#include "store/database.hpp"
#include "store/pending_connects.hpp"

#include <tenon/descriptor.h>
#include <algorithm>

namespace tenon::host {
namespace {

// RFC 6749 3.3: scope-token.
auto is_scope(std::string_view text) -> bool {
    return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
        return c > 0x20 && c < 0x7f && c != '"' && c != '\\';
    });
}

auto joined(const std::vector<std::string>& scopes) -> std::string {
    std::string text;
    for (const auto& scope : scopes) {
        text += text.empty() ? "" : " ";
        text += scope;
    }
    return text;
}

auto check_scopes(const std::vector<std::string>& scopes) -> std::optional<error> {
    for (const auto& scope : scopes) {
        if (!is_scope(scope)) {
            auto problem =
                fail(errc::invalid_request, "a scope has characters that no scope may have");
            problem.details.push_back(
                {"scopes",
                 "each is one or more printable ASCII characters without space, quote or backslash"}
            );
            return problem;
        }
    }
    return std::nullopt;
}

// A flow that began on our own page, bound to the browser by a cookie, may end on one.
auto leads_home(const oauth_options& options, const connect_request& request) -> bool {
    return !request.browser_binding.empty() &&
           request.redirect_url.starts_with(options.public_url + "/");
}

// Everything random about one flow.
struct flow_secrets {
    std::string state;
    secret verifier;
    secret nonce;
};

auto make_secrets(oauth_context& context, const descriptor& about) -> flow_secrets {
    flow_secrets made;
    made.state = random_token(context.random);
    if (about.pkce != pkce_mode::never) {
        made.verifier = make_verifier(context.random);
    }
    if (about.nonce) {
        made.nonce = secret(random_token(context.random));
    }
    return made;
}

auto authorize_request(
    const descriptor& about, const flow_secrets& secrets, const std::string& redirect_uri,
    const std::string& scope, const std::map<std::string, std::string>& params
) -> operation_request {
    operation_request request;
    request.kind = operation_kind::authorize;
    request.params = {{"redirect_uri", redirect_uri}, {"state", secrets.state}, {"scope", scope}};
    if (!secrets.verifier.empty()) {
        request.params.emplace_back(
            "code_challenge", challenge(secrets.verifier.reveal(), about.challenge_encoding)
        );
        request.params.emplace_back("code_challenge_method", "S256");
    }
    if (!secrets.nonce.empty()) {
        request.params.emplace_back("nonce", std::string(secrets.nonce.reveal()));
    }
    request.connect = params;
    return request;
}

auto pending_row(
    const oauth_context& context, const connect_request& request, const provider_instance& provider,
    const flow_secrets& secrets, const std::string& scope
) -> pending_connect_row {
    pending_connect_row row;
    row.state_hash = sha256(secrets.state);
    row.user = request.by.user;
    row.provider = request.provider;
    row.client_id = provider.settings().client_id;
    row.redirect_url = request.redirect_url;
    row.redirect_uri = redirect_uri_of(context.options, provider);
    row.requested_scope = scope;
    row.connect_params = params_to_json(request.params);
    const auto place = to_hex(row.state_hash);
    if (!secrets.verifier.empty()) {
        row.verifier = seal_for(
            context.seal, request.by.org, place, sealed_column::pending_verifier,
            secrets.verifier.reveal()
        );
    }
    if (!secrets.nonce.empty()) {
        row.nonce = seal_for(
            context.seal, request.by.org, place, sealed_column::pending_nonce,
            secrets.nonce.reveal()
        );
    }
    row.issuer = provider.about().issuer;
    row.reconnect = request.reconnect;
    row.confirm = request.confirm;
    if (!request.browser_binding.empty()) {
        row.browser_hash = sha256(request.browser_binding);
    }
    row.created_at = context.time.now();
    row.expires_at = row.created_at + context.options.state_lifetime;
    return row;
}

auto check_kind(const provider_instance& provider) -> result<void> {
    if ((provider.about().auth_kinds & TENON_AUTH_CODE) != 0 &&
        provider.supports(operation_kind::authorize)) {
        return {};
    }
    return fail(
        errc::unsupported_by_provider,
        provider.supports(operation_kind::validate)
            ? "this provider is connected by credentials, without a redirect: send them as "
              "`credentials`"
            : "this provider is not connected by a browser's redirect"
    );
}

auto check_target(const oauth_options& options, const connect_request& request) -> result<void> {
    if (leads_home(options, request) ||
        redirect_allowed(options.redirect_targets, request.redirect_url)) {
        return {};
    }
    return fail(
        errc::redirect_not_allowed,
        "redirectUrl is not among the redirect_targets of the configuration"
    );
}

auto save_flow(oauth_context& context, org_id org, pending_connect_row row, time_point began)
    -> boost::asio::awaitable<result<void>> {
    auto save = [&context, began, row = std::move(row)](sql_session& session) -> result<void> {
        auto welcome = refuse_erased_unnamed(session, context.seal, row.user, began);
        if (welcome.has_value()) {
            save_pending_connect(session, row);
        }
        return welcome;
    };
    co_return co_await context.db.with_org(org, access::write, std::move(save));
}

}  // namespace

auto begin_connect(oauth_context& context, connect_request request)
    -> boost::asio::awaitable<result<connect_started>> {
    const auto began = context.time.now();
    auto acquired = co_await context.providers.acquire(request.provider.text());
    if (acquired.has_error()) {
        co_return acquired.error();
    }
    const provider_handle provider = *acquired;
    const auto& about = provider->about();
    if (auto kind = check_kind(*provider); kind.has_error()) {
        co_return kind.error();
    }
    if (auto target = check_target(context.options, request); target.has_error()) {
        co_return target.error();
    }
    auto params = check_object(about.connect_fields, std::move(request.params), "params");
    if (params.has_error()) {
        co_return params.error();
    }
    request.params = std::move(*params);
    const auto scopes = request.scopes.empty() ? provider->default_scopes() : request.scopes;
    if (auto wrong = check_scopes(scopes)) {
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
    const auto secrets = make_secrets(context, about);
    const auto scope = joined(scopes);
    auto operation = authorize_request(
        about, secrets, redirect_uri_of(context.options, *provider), scope, request.params
    );
    auto authorized = co_await perform(context, provider, std::move(operation));
    if (authorized.has_error()) {
        auto refusal = to_error(authorized.error(), request.provider.text());
        name_within(about.connect_fields, "params", refusal);
        co_return refusal;
    }
    auto row = pending_row(context, request, *provider, secrets, scope);
    const auto saved = co_await save_flow(context, request.by.org, std::move(row), began);
    if (saved.has_error()) {
        co_return saved.error();
    }
    co_return connect_started{std::move(authorized->authorize_url), secrets.state};
}

}  // namespace tenon::host
