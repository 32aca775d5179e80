#include "support/simulator/linkedin.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::int64_t refresh_lifetime_s = 31'536'000;

auto linkedin_rules() -> oauth_rules {
    return {
        .authorize_path = "/oauth/v2/authorization",
        .token_path = "/oauth/v2/accessToken",
        .revoke_path = "/oauth/v2/revoke",
        .pkce = pkce_rule::refused,
        .granted_separator = ',',
        .scopes =
            {"openid", "profile", "email", "w_member_social", "r_member_social",
             "r_member_postAnalytics", "w_organization_social", "r_organization_social",
             "rw_organization_admin", "r_basicprofile"},
        .denied = "user_cancelled_login",
        .code_prefix = "AQTdemo",
        .access_prefix = "AQXdemo",
        .refresh_prefix = "AQWdemo",
        .refresh = refresh_style::repeats,
        .minted_scope = "openid profile email"};
}

auto api_refusal(
    std::uint32_t status, int service_code, std::string_view code, std::string_view message
) -> sim_response {
    return json_answer(
        status, {{"status", status},
                 {"serviceErrorCode", service_code},
                 {"code", code},
                 {"message", message}}
    );
}

}  // namespace

linkedin::linkedin() : oauth_provider(linkedin_rules()) {
    common_.code_lifetime_s = 1800;
    common_.access_lifetime_s = 5'184'000;
}

auto linkedin::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.insert({{"partner", &partner_}, {"issuer", &issuer_}});
    return table;
}

auto linkedin::account_id(const account& who) const -> std::string {
    return "782demo" + std::to_string(who.number);
}

auto linkedin::terms_of(const consent& /*given*/) const -> token_terms {
    return {common_.access_lifetime_s, refresh_lifetime_s, partner_};
}

void linkedin::dress(json& answer, const consent& given, time_point now) {
    const auto scopes = split(given.scope, ' ');
    if (std::ranges::find(scopes, "openid") == scopes.end()) {
        return;
    }
    answer["id_token"] = key_.sign(
        {{"iss", issuer_},
         {"aud", common_.client_id},
         {"sub", account_id(*find_account(given.account, common_.accounts))},
         {"iat", to_seconds(now)},
         {"exp", to_seconds(now) + 3600}}
    );
}

auto linkedin::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::code:
        case mistake::redirect_uri:
        case mistake::verifier:
            return oauth_error(
                400, "invalid_request",
                "Unable to retrieve access token: appid/redirect uri/code verifier does not match "
                "authorization code. Or authorization code expired."
            );
        case mistake::request:
        case mistake::client:
        case mistake::grant_type:
        case mistake::refresh_token:
        case mistake::scope: break;
    }
    return oauth_provider::refusal(what, why);
}

auto linkedin::unauthorized() const -> sim_response {
    return api_refusal(
        401, 65601, "REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked"
    );
}

auto linkedin::elsewhere(const sim_request& request, time_point /*now*/)
    -> std::optional<sim_response> {
    return request.path == "/oauth/openid/jwks" ? std::optional(json_answer(200, key_.jwks()))
                                                : std::nullopt;
}

auto linkedin::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.method != "GET" || request.path != "/v2/userinfo") {
        return api_refusal(404, 0, "RESOURCE_NOT_FOUND", "No virtual resource found");
    }
    if (!has_scope(used, "openid")) {
        return api_refusal(
            403, 100, "ACCESS_DENIED", "Not enough permissions to access: userinfo.GET"
        );
    }
    json claims = {{"sub", account_id(who)}};
    if (has_scope(used, "profile")) {
        claims.update(
            {{"name", who.name},
             {"given_name", "Demo"},
             {"family_name", "User"},
             {"picture", who.avatar_url},
             {"locale", {{"country", "US"}, {"language", "en"}}}}
        );
    }
    if (has_scope(used, "email")) {
        claims.update({{"email", who.email}, {"email_verified", true}});
    }
    ++counters_.profiles;
    return json_answer(200, claims);
}

}  // namespace tenon::sim
