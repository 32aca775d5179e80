#include "support/simulator/jira.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto jira_rules() -> oauth_rules {
    return {
        .authorize_path = "/authorize",
        .token_path = "/oauth/token",
        .body = body_format::either,
        .authorize_parameters = {"audience", "prompt"},
        .state_required = true,
        .code_prefix = "eyJhbGciOiJIUzI1NiJ9.demo",
        .access_prefix = "eyJraWQiOiJkZW1v",
        .refresh_prefix = "eyJyZWZyZXNoIjoi",
        .reuse_grace_s = 600,
        .reuse_ends_grant = true,
        .minted_scope = "read:me read:jira-work offline_access"};
}

auto granted_any(const token& used, std::string_view part) -> bool {
    return used.scope.find(part) != std::string::npos;
}

}  // namespace

jira::jira() : oauth_provider(jira_rules()) {}

auto jira::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.insert({{"sites", &sites_}, {"refresh_lifetime_s", &refresh_lifetime_s_}});
    return table;
}

auto jira::account_id(const account& who) const -> std::string {
    return "5b10demo" + std::to_string(who.number);
}

auto jira::authorization_problem(const parameters& asked) const -> std::string {
    const auto prompt = asked.get("prompt");
    const bool known = asked.get("audience") == "api.atlassian.com" && asked.has("scope") &&
                       (prompt.empty() || prompt == "consent");
    return known ? "" : "invalid_request";
}

auto jira::asks_offline(const parameters& /*asked*/, const std::vector<std::string>& granted) const
    -> bool {
    return std::ranges::find(granted, "offline_access") != granted.end();
}

auto jira::terms_of(const consent& given) const -> token_terms {
    return {common_.access_lifetime_s, refresh_lifetime_s_, given.offline};
}

void jira::dress(json& answer, const consent& /*given*/, time_point /*now*/) {
    answer.erase("refresh_token_expires_in");  // nothing tells it
}

auto jira::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::client: return oauth_error(401, "access_denied", "Unauthorized");
        case mistake::code: return oauth_error(403, "invalid_grant", "Invalid authorization code");
        case mistake::refresh_token:
            return oauth_error(403, "unauthorized_client", "refresh_token is invalid");
        case mistake::request:
        case mistake::grant_type:
        case mistake::redirect_uri:
        case mistake::verifier:
        case mistake::scope: break;
    }
    return oauth_provider::refusal(what, why);
}

auto jira::unauthorized() const -> sim_response {
    return json_answer(401, {{"code", 401}, {"message", "Unauthorized"}});
}

auto jira::api(const sim_request& request, const token& used, const account& who) -> sim_response {
    if (request.method != "GET") {
        return wrong_method("GET");
    }
    if (request.path == "/oauth/token/accessible-resources") {
        json all = json::array();
        for (std::int64_t number = 1; number <= sites_; ++number) {
            const auto name = "demo-" + who.id + "-" + std::to_string(number);
            const json entry = {
                {"id", "cloud-" + name},
                {"url", "https://" + name + ".atlassian.net"},
                {"name", name},
                {"avatarUrl", who.avatar_url}};
            for (const std::string_view product : {"confluence", "jira"}) {
                if (granted_any(used, product)) {
                    all.push_back(entry);
                    all.back()["scopes"] = {"read:" + std::string(product) + "-work"};
                }
            }
        }
        return json_answer(200, all);
    }
    if (request.path != "/me") {
        return json_answer(404, {{"code", 404}, {"message", "Not Found"}});
    }
    if (!has_scope(used, "read:me")) {
        return json_answer(403, {{"code", 403}, {"message", "Forbidden; scope does not match"}});
    }
    ++counters_.profiles;
    return json_answer(
        200, {{"account_id", account_id(who)},
              {"account_type", "atlassian"},
              {"account_status", "active"},
              {"name", who.name},
              {"nickname", who.username},
              {"email", who.email},
              {"picture", who.avatar_url},
              {"zoneinfo", "Europe/Berlin"}}
    );
}

}  // namespace tenon::sim
