#include "support/simulator/x.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto x_rules() -> oauth_rules {
    return {
        .authorize_path = "/i/oauth2/authorize",
        .token_path = "/2/oauth2/token",
        .revoke_path = "/2/oauth2/revoke",
        .client = client_place::header,
        .pkce = pkce_rule::required,
        .scopes = {"tweet.read",  "tweet.write",   "tweet.moderate.write", "users.read",
                   "users.email", "follows.read",  "follows.write",        "offline.access",
                   "space.read",  "mute.read",     "mute.write",           "like.read",
                   "like.write",  "list.read",     "list.write",           "block.read",
                   "block.write", "bookmark.read", "bookmark.write",       "dm.read",
                   "dm.write",    "media.write"},
        .state_required = true,
        .longest_state = 500,
        .code_prefix = "Vdemo",
        .access_prefix = "Q0Mdemo",
        .refresh_prefix = "bWRdemo",
        .token_type = "bearer",
        .revocation = revocation_reach::token,
        .minted_scope = "tweet.read users.read offline.access"};
}

auto problem(std::uint32_t status, std::string_view title, std::string_view detail)
    -> sim_response {
    return json_answer(
        status, {{"title", title}, {"type", "about:blank"}, {"status", status}, {"detail", detail}}
    );
}

// What may be asked of a user beside id, name and username.
auto more_user_fields(const account& who) -> std::map<std::string, json> {
    return {
        {"created_at", "2026-01-02T03:04:05.000Z"},
        {"description", "Demo data of a simulated provider"},
        {"profile_image_url", who.avatar_url},
        {"verified", false},
        {"public_metrics",
         {{"followers_count", who.followers},
          {"following_count", who.number},
          {"tweet_count", who.number * 3},
          {"listed_count", 0},
          {"like_count", 0}}},
        {"confirmed_email", who.email}};
}

}  // namespace

x::x() : oauth_provider(x_rules()) {
    common_.code_lifetime_s = 30;
    common_.access_lifetime_s = 7200;
}

auto x::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.emplace("public_client", &public_client_);
    return table;
}

auto x::handle(const sim_request& request, time_point now) -> sim_response {
    rules_.client = public_client_ ? client_place::id_only : client_place::header;
    return oauth_provider::handle(request, now);
}

auto x::account_id(const account& who) const -> std::string {
    return std::to_string(2'244'994'945'000'000'000 + who.number);
}

auto x::asks_offline(const parameters& /*asked*/, const std::vector<std::string>& granted) const
    -> bool {
    return std::ranges::find(granted, "offline.access") != granted.end();
}

auto x::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::code:
        case mistake::redirect_uri:
        case mistake::verifier:
            return oauth_error(
                400, "invalid_request", "Value passed for the authorization code was invalid."
            );
        case mistake::refresh_token:
            return oauth_error(400, "invalid_request", "Value passed for the token was invalid.");
        case mistake::client:
            return oauth_error(401, "unauthorized_client", "Missing valid authorization header");
        case mistake::request:
        case mistake::grant_type:
        case mistake::scope: break;
    }
    return oauth_provider::refusal(what, why);
}

auto x::unauthorized() const -> sim_response {
    return problem(401, "Unauthorized", "Unauthorized");
}

auto x::revoked() const -> sim_response {
    return json_answer(200, {{"revoked", true}});
}

auto x::api(const sim_request& request, const token& used, const account& who) -> sim_response {
    if (request.method != "GET" || request.path != "/2/users/me") {
        return problem(404, "Not Found Error", "There is no such endpoint");
    }
    if (!has_scope(used, "tweet.read") || !has_scope(used, "users.read")) {
        return problem(403, "Forbidden", "tweet.read and users.read are needed");
    }
    const parameters query(request.query);
    json data = {{"id", account_id(who)}, {"name", who.name}, {"username", who.username}};
    const auto known = more_user_fields(who);
    for (const auto& name : split(query.get("user.fields"), ',')) {
        const auto found = known.find(name);
        if (found == known.end()) {
            return problem(400, "Invalid Request", "user.fields has no " + name);
        }
        if (name != "confirmed_email" || has_scope(used, "users.email")) {
            data[name] = found->second;
        }
    }
    ++counters_.profiles;
    return json_answer(200, {{"data", data}});
}

}  // namespace tenon::sim
