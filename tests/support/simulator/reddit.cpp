#include "support/simulator/reddit.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto reddit_rules() -> oauth_rules {
    return {
        .authorize_path = "/api/v1/authorize",
        .token_path = "/api/v1/access_token",
        .revoke_path = "/api/v1/revoke_token",
        .client = client_place::header,
        .pkce = pkce_rule::refused,
        .scopes =
            {"identity", "history", "read", "mysubreddits", "submit", "edit", "save", "vote",
             "privatemessages", "subscribe"},
        .authorize_parameters = {"duration"},
        .state_required = true,
        .access_prefix = "eyJdemo",
        .refresh_prefix = "70162531-demo",
        .token_type = "bearer",
        .refresh = refresh_style::omits,
        .revocation = revocation_reach::grant_of_refresh,
        .minted_scope = "identity history read"};
}

auto numbered(std::uint32_t status, std::string_view message) -> sim_response {
    return json_answer(status, {{"message", message}, {"error", status}});
}

// `platform:app:version (by /u/name)`.
auto names_who_asks(std::string_view agent) -> bool {
    const auto by = agent.find(" (by /u/");
    return by != std::string_view::npos && agent.ends_with(')') &&
           split(agent.substr(0, by), ':').size() == 3;
}

}  // namespace

reddit::reddit() : oauth_provider(reddit_rules()) {
    common_.access_lifetime_s = 86'400;
}

auto reddit::account_id(const account& who) const -> std::string {
    return "demo" + std::to_string(who.number);
}

auto reddit::authorization_problem(const parameters& asked) const -> std::string {
    const auto duration = asked.get("duration");
    const bool known = duration.empty() || duration == "temporary" || duration == "permanent";
    return known ? "" : "invalid_request";
}

auto reddit::asks_offline(
    const parameters& asked, const std::vector<std::string>& /*granted*/
) const -> bool {
    return asked.get("duration") == "permanent";
}

auto reddit::head_problem(const sim_request& request) const -> std::optional<sim_response> {
    return names_who_asks(request.header("user-agent").value_or(""))
               ? std::nullopt
               : std::optional(numbered(429, "Too Many Requests"));
}

auto reddit::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::client: {
            auto answer = numbered(401, "Unauthorized");
            answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"reddit\"");
            return answer;
        }
        case mistake::code:
        case mistake::redirect_uri:
        case mistake::verifier: return json_answer(200, {{"error", "invalid_grant"}});
        case mistake::grant_type: return json_answer(200, {{"error", "unsupported_grant_type"}});
        case mistake::request:
        case mistake::refresh_token: return numbered(400, "Bad Request");
        case mistake::scope: break;
    }
    return oauth_provider::refusal(what, why);
}

auto reddit::unauthorized() const -> sim_response {
    return numbered(401, "Unauthorized");
}

auto reddit::revoked() const -> sim_response {
    return {204, {{"Content-Type", "application/json; charset=UTF-8"}}, {}};
}

auto reddit::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.method != "GET" || request.path != "/api/v1/me") {
        return numbered(404, "Not Found");
    }
    if (!has_scope(used, "identity")) {
        return numbered(403, "Forbidden");
    }
    // Unless told not to, Reddit escapes what it writes.
    const bool raw = parameters(request.query).get("raw_json") == "1";
    const auto icon = who.avatar_url + (raw ? "?width=256&s=1" : "?width=256&amp;s=1");
    ++counters_.profiles;
    return json_answer(
        200, {{"id", account_id(who)},
              {"name", who.username},
              {"icon_img", icon},
              {"total_karma", who.number + 2},
              {"link_karma", who.number},
              {"comment_karma", 2},
              {"created_utc", 1'203'420'772.0},
              {"has_verified_email", true},
              {"subreddit",
               {{"display_name", "u_" + who.username},
                {"title", who.name},
                {"subscribers", who.followers}}},
              {"is_gold", false}}
    );
}

}  // namespace tenon::sim
