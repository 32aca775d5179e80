#include "support/simulator/asana.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto asana_rules() -> oauth_rules {
    return {
        .authorize_path = "/-/oauth_authorize",
        .token_path = "/-/oauth_token",
        .revoke_path = "/-/oauth_revoke",
        .scopes =
            {"default", "users:read", "workspaces:read", "projects:read", "projects:write",
             "tasks:read", "tasks:write", "webhooks:write", "openid", "email", "profile"},
        .state_required = true,
        .access_prefix = "2/1199/12:demo",
        .refresh_prefix = "2/1199/12:rt",
        .token_type = "bearer",
        .refresh = refresh_style::omits,
        .revokes_refresh_only = true,
        .minted_scope = "default"};
}

auto api_error(std::uint32_t status, std::string_view message) -> sim_response {
    const json error = {
        {"message", message}, {"help", "For more information see the API documentation"}};
    return json_answer(status, {{"errors", json::array({error})}});
}

}  // namespace

asana::asana() : oauth_provider(asana_rules()) {}

auto asana::account_id(const account& who) const -> std::string {
    return std::to_string(4'673'218'950 + who.number);
}

// An app has full permissions or granular ones, never both.
auto asana::authorization_problem(const parameters& asked) const -> std::string {
    const auto scopes = split(asked.get("scope"), ' ');
    const bool full = std::ranges::find(scopes, "default") != scopes.end();
    const bool granular = std::ranges::any_of(scopes, [](const auto& scope) {
        return scope.find(':') != std::string::npos;
    });
    return full && granular ? "forbidden_scopes" : "";
}

void asana::dress(json& answer, const consent& given, time_point /*now*/) {
    const auto who = *find_account(given.account, common_.accounts);
    answer["data"] = {
        {"id", 4'673'218'950 + who.number},
        {"gid", account_id(who)},
        {"name", who.name},
        {"email", who.email}};
}

auto asana::unauthorized() const -> sim_response {
    return api_error(401, "Not Authorized");
}

auto asana::revoked() const -> sim_response {
    return json_answer(200, json::object());
}

auto asana::api(const sim_request& request, const token& used, const account& who) -> sim_response {
    if (request.method != "GET" || request.path != "/api/1.0/users/me") {
        return api_error(404, "Not Found");
    }
    if (!has_scope(used, "default") && !has_scope(used, "users:read")) {
        return api_error(403, "Forbidden: the scope users:read is needed");
    }
    ++counters_.profiles;
    const json workspace = {
        {"gid", "111"}, {"resource_type", "workspace"}, {"name", "Demo Workspace (demo data)"}};
    const json me = {
        {"gid", account_id(who)},
        {"resource_type", "user"},
        {"name", who.name},
        {"email", who.email},
        {"photo", {{"image_128x128", who.avatar_url}}},
        {"workspaces", json::array({workspace})}};
    return json_answer(200, {{"data", me}});
}

}  // namespace tenon::sim
