#include "support/simulator/discord.hpp"

#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto discord_rules() -> oauth_rules {
    return {
        .authorize_path = "/oauth2/authorize",
        .token_path = "/api/oauth2/token",
        .revoke_path = "/api/oauth2/token/revoke",
        .client = client_place::either,
        .scopes =
            {"identify", "email", "guilds", "guilds.members.read", "connections", "bot",
             "webhook.incoming", "applications.commands"},
        .authorize_parameters =
            {"prompt", "permissions", "guild_id", "integration_type", "disable_guild_select"},
        .minted_scope = "identify email"};
}

auto api_refusal(std::uint32_t status, int code, std::string_view message) -> sim_response {
    return json_answer(status, {{"message", message}, {"code", code}});
}

}  // namespace

discord::discord() : oauth_provider(discord_rules()) {
    common_.access_lifetime_s = 604'800;
}

auto discord::account_id(const account& who) const -> std::string {
    return std::to_string(80'351'110'224'678'912 + who.number);
}

auto discord::head_problem(const sim_request& request) const -> std::optional<sim_response> {
    const auto agent = request.header("user-agent").value_or("");
    const bool fits = agent.starts_with("DiscordBot (https://") && agent.ends_with(')') &&
                      agent.find(", ") != std::string::npos;
    return fits ? std::nullopt : std::optional(html_answer(403, "error code: 1010"));
}

void discord::dress(json& answer, const consent& given, time_point /*now*/) {
    if (lists(given.scope, ' ', "bot")) {
        answer["guild"] = {{"id", "290926798626357999"}, {"name", "Demo Server (demo data)"}};
    }
    if (lists(given.scope, ' ', "webhook.incoming")) {
        answer["webhook"] = {
            {"id", "347114750880120863"},
            {"token", "webhook-token-of-the-demo"},
            {"url", "https://discord.invalid/api/webhooks/347114750880120863/webhook-token"},
            {"channel_id", "345626669224982402"},
            {"guild_id", "290926792226357250"}};
    }
}

auto discord::unauthorized() const -> sim_response {
    return api_refusal(401, 0, "401: Unauthorized");
}

auto discord::revoked() const -> sim_response {
    return json_answer(200, json::object());
}

auto discord::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.method != "GET" || request.path != "/api/v10/users/@me") {
        return api_refusal(404, 0, "404: Not Found");
    }
    if (!has_scope(used, "identify")) {
        return api_refusal(403, 50001, "Missing Access");
    }
    json me = {
        {"id", account_id(who)},
        {"username", who.username},
        {"global_name", who.name},
        {"discriminator", "0"},
        {"avatar", "8342729096ea3675442027381ff50dfe"},
        {"flags", 64},
        {"premium_type", 0},
        {"locale", "en-US"},
        {"mfa_enabled", true}};
    if (has_scope(used, "email")) {
        me.update({{"email", who.email}, {"verified", true}});
    }
    ++counters_.profiles;
    return json_answer(200, me);
}

}  // namespace tenon::sim
