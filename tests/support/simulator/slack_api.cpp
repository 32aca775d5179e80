// Slack's Web API: auth.test, auth.revoke and users.info.
#include "support/simulator/slack.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

}  // namespace

auto slack::not_ok(std::string_view error) -> sim_response {
    return json_answer(200, {{"ok", false}, {"error", error}});
}

auto slack::api(const sim_request& request, time_point now) -> sim_response {
    if (request.path != "/api/auth.test" && request.path != "/api/auth.revoke" &&
        request.path != "/api/users.info") {
        return not_ok("unknown_method");
    }
    const bool by_form =
        request.method == "POST" && has_type(request, "application/x-www-form-urlencoded");
    const parameters arguments(
        by_form ? std::string_view(request.body) : std::string_view(request.query)
    );
    if (!arguments.problem().empty()) {
        return not_ok("invalid_arguments");
    }
    const auto text = bearer(request);  // newer apps may not put it into the query
    if (text.empty()) {
        return not_ok("not_authed");
    }
    auto* found = ledger_.find_token(text);
    if (found == nullptr || found->kind != token_kind::access) {
        return not_ok("invalid_auth");
    }
    if (found->revoked || ledger_.grant_of(*found).revoked) {
        return not_ok("token_revoked");
    }
    if (now >= found->expires_at) {
        return not_ok("token_expired");
    }
    if (request.path == "/api/users.info") {
        return users_info(arguments, *found);
    }
    if (request.path == "/api/auth.revoke") {
        const bool dry_run = arguments.get("test") == "1";
        ledger_.grant_of(*found).revoked = !dry_run;
        counters_.revokes += dry_run ? 0 : 1;
        return json_answer(200, {{"ok", true}, {"revoked", !dry_run}});
    }
    const auto who = *find_account(ledger_.grant_of(*found).given.account, common_.accounts);
    const auto place = installation(who);
    const bool bot = found->slot == "bot";
    json answer = {
        {"ok", true},
        {"url", "https://demo.slack.invalid/"},
        {"team", place["team"]["name"]},
        {"user", bot ? "demo_bot" : who.username},
        {"team_id", place["team"]["id"]},
        {"user_id",
         bot ? place["bot_user_id"].get<std::string>() : "UDEMO" + std::to_string(who.number)},
        {"is_enterprise_install", false}};
    if (bot) {
        answer["bot_id"] = "BDEMO";
    }
    ++counters_.profiles;
    return json_answer(200, answer);
}

auto slack::users_info(const parameters& arguments, const token& used) -> sim_response {
    const auto scopes = split(used.scope, ',');
    const auto granted = [&](std::string_view scope) {
        return std::ranges::find(scopes, scope) != scopes.end();
    };
    if (!granted("users:read")) {
        return json_answer(
            200, {{"ok", false},
                  {"error", "missing_scope"},
                  {"needed", "users:read"},
                  {"provided", used.scope}}
        );
    }
    const auto id = arguments.get("user");
    const auto who =
        id.starts_with("UDEMO") ? find_account("u" + id.substr(5), common_.accounts) : std::nullopt;
    if (!who) {
        return not_ok("user_not_found");
    }
    json profile = {
        {"real_name", who->name}, {"display_name", who->username}, {"image_72", who->avatar_url}};
    if (granted("users:read.email")) {
        profile["email"] = who->email;
    }
    return json_answer(
        200, {{"ok", true},
              {"user",
               {{"id", id},
                {"team_id", installation(*who)["team"]["id"]},
                {"name", who->username},
                {"real_name", who->name},
                {"is_bot", false},
                {"profile", profile}}}}
    );
}

}  // namespace tenon::sim
