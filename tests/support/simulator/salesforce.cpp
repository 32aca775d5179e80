#include "support/simulator/salesforce.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::string_view organization = "00DDemo000000001AAA";

auto salesforce_rules() -> oauth_rules {
    return {
        .authorize_path = "/services/oauth2/authorize",
        .token_path = "/services/oauth2/token",
        .revoke_path = "/services/oauth2/revoke",
        .pkce = pkce_rule::required,
        .scopes =
            {"api", "web", "full", "chatter_api", "refresh_token", "offline_access", "openid", "id",
             "profile", "email", "address", "phone"},
        .authorize_parameters = {"prompt", "display", "nonce", "immediate"},
        .code_prefix = "aPrxdemo.",
        .access_prefix = "00DDemo!AQ",
        .refresh_prefix = "5Aep861demo",
        .refresh = refresh_style::omits,
        .revokes_without_client = true,
        .minted_scope = "api refresh_token openid"};
}

auto user_of(const account& who) -> std::string {
    const auto number = std::to_string(who.number);
    return "005Demo" + std::string(8 - std::min<std::size_t>(number.size(), 8), '0') + number +
           "IAC";
}

auto api_error(std::uint32_t status, std::string_view code, std::string_view message)
    -> sim_response {
    const json error = {{"message", message}, {"errorCode", code}};
    return json_answer(status, json::array({error}));
}

auto identity_of(const account& who) -> std::string {
    return "https://login.salesforce.com/id/" + std::string(organization) + "/" + user_of(who);
}

}  // namespace

salesforce::salesforce() : oauth_provider(salesforce_rules()) {
    common_.access_lifetime_s = 7200;
}

auto salesforce::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.insert({{"rotation", &rotation_}, {"instance", &instance_}});
    return table;
}

auto salesforce::handle(const sim_request& request, time_point now) -> sim_response {
    rules_.refresh = rotation_ ? refresh_style::rotates : refresh_style::omits;
    return oauth_provider::handle(request, now);
}

auto salesforce::account_id(const account& who) const -> std::string {
    return std::string(organization) + ":" + user_of(who);
}

auto salesforce::asks_offline(const parameters& /*asked*/, const std::vector<std::string>& granted)
    const -> bool {
    return std::ranges::any_of(granted, [](const auto& scope) {
        return scope == "refresh_token" || scope == "offline_access" || scope == "full";
    });
}

// Nothing tells how long it lives: that is the organization's session policy.
void salesforce::dress(json& answer, const consent& given, time_point now) {
    const auto identity = identity_of(*find_account(given.account, common_.accounts));
    const auto issued_at = std::to_string(now.time_since_epoch().count());
    answer.erase("expires_in");
    answer["id"] = identity;
    answer["instance_url"] = "https://" + instance_ + ".salesforce.com";
    answer["issued_at"] = issued_at;
    answer["signature"] = to_base64(hmac_sha256(common_.client_secret, identity + issued_at));
}

auto salesforce::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::client:
            return oauth_error(400, "invalid_client", "invalid client credentials");
        case mistake::code: return oauth_error(400, "invalid_grant", "expired authorization code");
        case mistake::redirect_uri:
            return oauth_error(
                400, "redirect_uri_mismatch", "redirect_uri must match configuration"
            );
        case mistake::verifier: return oauth_error(400, "invalid_grant", "invalid code verifier");
        case mistake::refresh_token:
            return oauth_error(400, "invalid_grant", "expired access/refresh token");
        case mistake::request:
        case mistake::grant_type:
        case mistake::scope: break;
    }
    return oauth_provider::refusal(what, why);
}

auto salesforce::unauthorized() const -> sim_response {
    return api_error(401, "INVALID_SESSION_ID", "Session expired or invalid");
}

auto salesforce::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.path != "/services/oauth2/userinfo") {
        return api_error(404, "NOT_FOUND", "The requested resource does not exist");
    }
    const bool may_see =
        has_scope(used, "openid") || has_scope(used, "id") || has_scope(used, "full");
    if (!may_see) {
        return api_error(403, "INSUFFICIENT_ACCESS", "The scope id or openid is needed");
    }
    ++counters_.profiles;
    return json_answer(
        200, {{"sub", identity_of(who)},
              {"user_id", user_of(who)},
              {"organization_id", organization},
              {"preferred_username", who.email},
              {"nickname", who.username},
              {"name", who.name},
              {"email", who.email},
              {"email_verified", true},
              {"picture", who.avatar_url},
              {"photos", {{"picture", who.avatar_url}, {"thumbnail", who.avatar_url}}},
              {"zoneinfo", "Europe/Berlin"},
              {"user_type", "STANDARD"},
              {"active", true}}
    );
}

}  // namespace tenon::sim
