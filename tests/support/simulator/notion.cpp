#include "support/simulator/notion.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto notion_rules() -> oauth_rules {
    return {
        .authorize_path = "/v1/oauth/authorize",
        .token_path = "/v1/oauth/token",
        .revoke_path = "/v1/oauth/revoke",
        .client = client_place::header,
        .body = body_format::json,
        .pkce = pkce_rule::refused,
        .authorize_parameters = {"owner"},
        .code_prefix = "demo-code-",
        .access_prefix = "ntn_demo",
        .refresh_prefix = "nrt_demo",
        .token_type = "bearer"};
}

auto own_error(std::uint32_t status, std::string_view code, std::string_view message)
    -> sim_response {
    return json_answer(
        status, {{"object", "error"},
                 {"status", status},
                 {"code", code},
                 {"message", message},
                 {"request_id", "demo"}}
    );
}

auto bot_of(const account& who) -> std::string {
    return "b0700000-demo-" + std::to_string(who.number);
}

auto workspace_of(const account& who) -> std::string {
    return "f7000000-demo-" + std::to_string(who.number);
}

}  // namespace

notion::notion() : oauth_provider(notion_rules()) {}

auto notion::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.insert({{"refreshable", &refreshable_}, {"of_workspace", &of_workspace_}});
    return table;
}

auto notion::account_id(const account& who) const -> std::string {
    return of_workspace_ ? workspace_of(who) : workspace_of(who) + ":person-" + who.id;
}

auto notion::owner_of(const account& who) const -> json {
    if (of_workspace_) {
        return {{"type", "workspace"}, {"workspace", true}};
    }
    return {
        {"type", "user"},
        {"user",
         {{"object", "user"},
          {"id", "person-" + who.id},
          {"name", who.name},
          {"avatar_url", who.avatar_url},
          {"type", "person"},
          {"person", {{"email", who.email}}}}}};
}

// The version is asked for by every endpoint but the page.
auto notion::head_problem(const sim_request& request) const -> std::optional<sim_response> {
    constexpr std::array<std::string_view, 3> versions{"2022-02-22", "2022-06-28", "2025-09-03"};
    const auto version = request.header("notion-version").value_or("");
    if (std::ranges::find(versions, version) != versions.end()) {
        return std::nullopt;
    }
    return own_error(
        400, version.empty() ? "missing_version" : "validation_error",
        "Notion-Version header failed validation"
    );
}

auto notion::authorization_problem(const parameters& asked) const -> std::string {
    return asked.get("owner") == "user" && !asked.has("scope") ? "" : "invalid_request";
}

auto notion::terms_of(const consent& /*given*/) const -> token_terms {
    return {never_expires, never_expires, refreshable_};
}

auto notion::told_scope(const std::vector<std::string>& /*granted*/) const -> json {
    return nullptr;
}

void notion::dress(json& answer, const consent& given, time_point /*now*/) {
    const auto who = *find_account(given.account, common_.accounts);
    if (!answer.contains("refresh_token")) {
        answer["refresh_token"] = nullptr;
    }
    answer.update(
        {{"bot_id", bot_of(who)},
         {"workspace_id", workspace_of(who)},
         {"workspace_name", "Demo Workspace (demo data)"},
         {"workspace_icon", nullptr},
         {"owner", owner_of(who)},
         {"duplicated_template_id", nullptr},
         {"request_id", "demo"}}
    );
}

auto notion::refusal(mistake what, const std::string& why) const -> sim_response {
    if (what == mistake::request) {
        return own_error(400, "validation_error", why);
    }
    auto answer = oauth_provider::refusal(what, why);
    auto body = json::parse(answer.body);
    body["request_id"] = "demo";
    answer.body = body.dump();
    return answer;
}

auto notion::unauthorized() const -> sim_response {
    return own_error(401, "unauthorized", "API token is invalid.");
}

auto notion::revoked() const -> sim_response {
    return json_answer(200, {{"request_id", "demo"}});
}

auto notion::api(const sim_request& request, const token& /*used*/, const account& who)
    -> sim_response {
    if (request.method != "GET" || request.path != "/v1/users/me") {
        return own_error(404, "object_not_found", "Invalid request URL.");
    }
    ++counters_.profiles;
    return json_answer(
        200, {{"object", "user"},
              {"id", bot_of(who)},
              {"name", "Demo Bot (demo data)"},
              {"avatar_url", nullptr},
              {"type", "bot"},
              {"bot", {{"owner", owner_of(who)}, {"workspace_name", "Demo Workspace (demo data)"}}}}
    );
}

}  // namespace tenon::sim
