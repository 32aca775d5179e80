#include "support/simulator/linear.hpp"

#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto linear_rules() -> oauth_rules {
    return {
        .authorize_path = "/oauth/authorize",
        .token_path = "/oauth/token",
        .client = client_place::either,
        .scope_separator = ',',
        .scopes =
            {"read", "write", "issues:create", "comments:create", "timeSchedule:write", "admin",
             "app:assignable", "app:mentionable", "customer:read", "customer:write",
             "initiative:read", "initiative:write"},
        .authorize_parameters = {"prompt", "actor"},
        .access_prefix = "lin_oauth_demo",
        .refresh_prefix = "lin_refresh_demo",
        .reuse_grace_s = 1800,
        .minted_scope = "read"};
}

auto graphql_error(std::uint32_t status, std::string_view code, std::string_view message)
    -> sim_response {
    const json error = {
        {"message", message},
        {"extensions", {{"code", code}, {"statusCode", status}, {"userError", true}}}};
    return json_answer(status, {{"errors", json::array({error})}});
}

}  // namespace

linear::linear() : oauth_provider(linear_rules()) {
    common_.access_lifetime_s = 86'399;
}

auto linear::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.emplace("scopes_in_list", &scopes_in_list_);
    return table;
}

auto linear::account_id(const account& who) const -> std::string {
    return "0b1d7c1e-demo-" + std::to_string(who.number);
}

auto linear::authorization_problem(const parameters& asked) const -> std::string {
    const auto actor = asked.get("actor");
    const auto prompt = asked.get("prompt");
    const bool known = (actor.empty() || actor == "user" || actor == "app") &&
                       (prompt.empty() || prompt == "consent");
    return known ? "" : "invalid_request";
}

auto linear::told_scope(const std::vector<std::string>& granted) const -> json {
    return scopes_in_list_ ? json(granted) : oauth_provider::told_scope(granted);
}

auto linear::unauthorized() const -> sim_response {
    return graphql_error(401, "AUTHENTICATION_ERROR", "Authentication required, not authenticated");
}

auto linear::api(const sim_request& request, const token& /*used*/, const account& who)
    -> sim_response {
    if (request.method != "POST") {
        return wrong_method("POST");
    }
    if (request.path == "/oauth/revoke") {
        end(*ledger_.find_token(bearer(request)));
        return json_answer(200, {{"success", true}});
    }
    if (request.path != "/graphql") {
        return json_answer(404, {{"error", "Not Found"}});
    }
    const auto body = json::parse(request.body, nullptr, false);
    const auto query = body.is_object() ? body.value("query", std::string()) : std::string();
    if (!has_type(request, "application/json") || query.find("viewer{") == std::string::npos) {
        return graphql_error(400, "GRAPHQL_VALIDATION_FAILED", "A query of the viewer is needed");
    }
    ++counters_.profiles;
    const json viewer = {
        {"id", account_id(who)},
        {"name", who.name},
        {"displayName", who.username},
        {"email", who.email},
        {"avatarUrl", nullptr},
        {"organization",
         {{"id", "c2f1-demo"}, {"name", "Demo Workspace (demo data)"}, {"urlKey", "demo"}}}};
    return json_answer(200, {{"data", {{"viewer", viewer}}}});
}

}  // namespace tenon::sim
