#include "api/routes.hpp"

#include "api/handlers/handlers.hpp"
#include "api/probe_routes.hpp"
#include "api/route_parts.hpp"

#include <algorithm>
#include <array>

namespace tenon::host {

namespace {

using namespace route_parts;
using enum key_scope;
using user = user_rule;
using limit = limit_rule;
using body = body_rule;

template <std::size_t First, std::size_t Second>
constexpr auto joined(
    const std::array<route_spec, First>& first, const std::array<route_spec, Second>& second
) -> std::array<route_spec, First + Second> {
    std::array<route_spec, First + Second> both{};
    std::ranges::copy(first, both.begin());
    std::ranges::copy(second, both.begin() + First);
    return both;
}

constexpr std::array table{
    reading(
        {.pattern = "/api/integrations/providers",
         .name = "listProviders",
         .summary = "What can be connected, and why not where it can't",
         .scope = connections_read,
         .run = handlers::list_providers,
         .response_schema = "ProviderList",
         .query = providers_query,
         .errors = list_errors}
    ),
    reading(
        {.pattern = "/api/integrations/status",
         .name = "status",
         .summary = "The user's connections",
         .scope = connections_read,
         .user = user::required,
         .run = handlers::status,
         .response_schema = "IntegrationStatus"}
    ),
    change(
        {.pattern = "/api/integrations/connect/:provider",
         .name = "connect",
         .summary = "Begins a connect: where to send the user; or, by credentials, completes it",
         .user = user::required,
         .limit = limit::connect,
         .run = handlers::connect,
         .request_schema = "ConnectRequest",
         .response_schema = "ConnectAnswer",
         .errors = connect_errors}
    ),
    route_spec{
        .method = "GET",
        .pattern = "/api/integrations/callback/:provider",
        .name = "callback",
        .summary = "Where a provider sends the user back: redirects to redirectUrl",
        .limit = limit::callback,
        .run = handlers::callback,
        .success = 303,
        .query = callback_query,
        .errors = callback_errors},
    route_spec{
        .method = "POST",
        .pattern = "/api/integrations/callback/:provider",
        .name = "callbackByForm",
        .summary = "The same, for providers that send a form",
        .limit = limit::callback,
        .body = body::form,
        .run = handlers::callback,
        .request_schema = "CallbackForm",
        .success = 303,
        .query = callback_query,
        .errors = callback_errors},
    change(
        {.pattern = "/api/integrations/confirm",
         .name = "confirm",
         .summary = "Completes a connection that was begun with confirm",
         .user = user::required,
         .run = handlers::confirm,
         .request_schema = "ConfirmRequest",
         .response_schema = "Connection",
         .errors = confirm_errors}
    ),
    reading(
        {.pattern = "/api/integrations/token/:provider/:accountId",
         .name = "token",
         .summary = "An access token that is valid now and for minTtl seconds",
         .scope = tokens_read,
         .user = user::required,
         .etag = true,
         .run = handlers::token,
         .response_schema = "Token",
         .query = token_query,
         .errors = token_errors}
    ),
    reading(
        {.pattern = "/api/integrations/profile/:provider/:accountId",
         .name = "profile",
         .summary = "The account's profile, as the provider tells it",
         .scope = connections_read,
         .user = user::required,
         .run = handlers::profile,
         .response_schema = "Profile",
         .query = profile_query,
         .errors = profile_errors}
    ),
    change(
        {.pattern = "/api/integrations/refresh/:provider/:accountId",
         .name = "refresh",
         .summary = "Renews the connection's tokens now",
         .user = user::required,
         .run = handlers::refresh,
         .response_schema = "RefreshReport",
         .errors = refresh_errors}
    ),
    change(
        {.method = "DELETE",
         .pattern = "/api/integrations/disconnect/:provider/:accountId",
         .name = "disconnect",
         .summary = "Revokes and erases one connection",
         .user = user::required,
         .run = handlers::disconnect_one,
         .response_schema = "Disconnected",
         .errors = disconnect_errors}
    ),
    change(
        {.method = "DELETE",
         .pattern = "/api/integrations/disconnect/:provider",
         .name = "disconnectAll",
         .summary = "Revokes and erases all of the user's connections there",
         .user = user::required,
         .run = handlers::disconnect_all,
         .response_schema = "Disconnected",
         .errors = disconnect_errors}
    ),
    change(
        {.pattern = "/api/integrations/import/:provider",
         .name = "import",
         .summary = "Takes over tokens that were obtained elsewhere",
         .user = user::optional,
         .run = handlers::import_tokens,
         .request_schema = "ImportRequest",
         .response_schema = "ImportReport",
         .errors = import_errors}
    ),
    reading(
        {.pattern = "/api/connections",
         .name = "listConnections",
         .summary = "The organization's connections",
         .scope = connections_read,
         .user = user::optional,
         .run = handlers::list_connections,
         .response_schema = "ConnectionPage",
         .query = connections_query,
         .errors = list_errors}
    ),
    reading(
        {.pattern = "/api/keys",
         .name = "listKeys",
         .summary = "The organization's API keys, without the keys themselves",
         .scope = keys_manage,
         .run = handlers::list_keys,
         .response_schema = "KeyList",
         .query = keys_query,
         .errors = list_errors}
    ),
    change(
        {.pattern = "/api/keys",
         .name = "createKey",
         .summary = "Makes an API key with a part of the caller's scopes; shown this once",
         .scope = keys_manage,
         .user = user::optional,
         .run = handlers::create_key,
         .request_schema = "KeyRequest",
         .response_schema = "NewKey",
         .success = 201,
         .errors = key_errors}
    ),
    change(
        {.method = "DELETE",
         .pattern = "/api/keys/:id",
         .name = "revokeKey",
         .summary = "Revokes an API key at once",
         .scope = keys_manage,
         .run = handlers::revoke_key,
         .response_schema = "Done",
         .errors = not_found_errors}
    ),
    change(
        {.pattern = "/api/organizations",
         .name = "createOrganization",
         .summary =
             "Makes an organization, and its first API key with the caller's scopes but admin",
         .scope = admin,
         .run = handlers::create_organization,
         .request_schema = "OrganizationRequest",
         .response_schema = "NewOrganization",
         .success = 201,
         .errors = conflict_errors}
    ),
    change(
        {.pattern = "/api/plugins/reload",
         .name = "reloadPlugins",
         .summary = "Reads the plugins' files anew, and says what became of each",
         .scope = admin,
         .run = handlers::reload_plugins,
         .response_schema = "PluginReload"}
    ),
    reading(
        {.pattern = "/api/audit",
         .name = "listAudit",
         .summary = "The organization's audit log, newest first",
         .scope = audit_read,
         .user = user::optional,
         .run = handlers::list_audit,
         .response_schema = "AuditPage",
         .query = audit_query_parameters,
         .errors = list_errors}
    ),
    reading(
        {.pattern = "/api/users/:userId/data",
         .name = "exportUser",
         .summary = "Everything that is held of a user, page by page; no secret among it",
         .scope = connections_read,
         .scope_too = audit_read,
         .user = user::required,
         .run = handlers::export_user,
         .response_schema = "UserData",
         .query = user_data_query,
         .errors = list_errors}
    ),
    change(
        {.method = "DELETE",
         .pattern = "/api/users/:userId/data",
         .name = "eraseUser",
         .summary = "Erases a user everywhere, revoking at the providers; a receipt of it",
         .scope = connections_write,
         .scope_too = keys_manage,
         .user = user::required,
         .run = handlers::erase_user,
         .response_schema = "ErasureReceipt"}
    )};

constexpr auto all = joined(table, probe_routes);

}  // namespace

auto is_open(const route_spec& spec, const api_settings& settings) noexcept -> bool {
    return !settings.admin_listener || spec.pattern != "/metrics";
}

auto route_table() noexcept -> std::span<const route_spec> {
    return all;
}

}  // namespace tenon::host
