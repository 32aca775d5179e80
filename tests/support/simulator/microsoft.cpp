#include "support/simulator/microsoft.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto microsoft_rules() -> oauth_rules {
    return {
        .authorize_path = "/oauth2/v2.0/authorize",
        .token_path = "/oauth2/v2.0/token",
        .client = client_place::either,
        .authorize_parameters = {"response_mode", "nonce", "prompt", "domain_hint"},
        .code_prefix = "0.AXdemo",
        .access_prefix = "eyJ0demo",
        .refresh_prefix = "1.AXdemo",
        .refresh = refresh_style::renews,
        .minted_scope = "offline_access User.Read"};
}

template <std::size_t N>
auto is_one_of(std::string_view text, const std::array<std::string_view, N>& names) -> bool {
    return std::ranges::find(names, text) != names.end();
}

// Never echoed: they are no permissions at a resource.
constexpr std::array<std::string_view, 4> protocol_scopes{
    "openid", "offline_access", "profile", "email"};

auto graph_refusal(std::uint32_t status, std::string_view code, std::string_view message)
    -> sim_response {
    return json_answer(
        status, {{"error",
                  {{"code", code},
                   {"message", message},
                   {"innerError", {{"date", "2026-11-21T00:00:00"}, {"request-id", "demo"}}}}}}
    );
}

auto number_of(mistake what) -> int {
    switch (what) {
        case mistake::client: return 7000215;
        case mistake::grant_type: return 70003;
        case mistake::code: return 70008;
        case mistake::redirect_uri: return 50011;
        case mistake::verifier: return 501481;
        case mistake::refresh_token: return 700082;
        case mistake::scope: return 70011;
        case mistake::request: break;
    }
    return 900144;
}

}  // namespace

microsoft::microsoft() : oauth_provider(microsoft_rules()) {}

auto microsoft::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.insert({{"tenant", &tenant_}, {"tid", &tid_}, {"named_tid", &named_tid_}});
    return table;
}

auto microsoft::handle(const sim_request& request, time_point now) -> sim_response {
    auto here = request;
    if (const auto start = '/' + tenant_ + '/'; here.path.starts_with(start)) {
        here.path.erase(0, start.size() - 1);
    } else if (here.path.find("/v2.0/") != std::string::npos) {
        here.path = "/another-tenant";
    }
    return oauth_provider::handle(here, now);
}

auto microsoft::account_id(const account& who) const -> std::string {
    const auto number = std::to_string(who.number);
    return "48d31887-5fad-4d73-a9f5-" + std::string(12 - number.size(), '0') + number;
}

auto microsoft::authorization_problem(const parameters& asked) const -> std::string {
    constexpr std::array<std::string_view, 4> modes{"", "query", "fragment", "form_post"};
    constexpr std::array<std::string_view, 5> prompts{
        "", "login", "none", "consent", "select_account"};
    const bool fits = is_one_of(asked.get("response_mode"), modes) &&
                      is_one_of(asked.get("prompt"), prompts) && asked.has("scope");
    return fits ? "" : "invalid_request";
}

auto microsoft::asks_offline(const parameters& /*asked*/, const std::vector<std::string>& granted)
    const -> bool {
    return std::ranges::find(granted, "offline_access") != granted.end();
}

auto microsoft::told_scope(const std::vector<std::string>& granted) const -> json {
    auto told = granted;
    std::erase_if(told, [](const auto& scope) { return is_one_of(scope, protocol_scopes); });
    return join(told, " ");
}

void microsoft::dress(json& answer, const consent& given, time_point now) {
    answer["ext_expires_in"] = common_.access_lifetime_s;
    const auto scopes = split(given.scope, ' ');
    if (std::ranges::find(scopes, "openid") == scopes.end()) {
        return;
    }
    const auto who = *find_account(given.account, common_.accounts);
    json claims = {
        {"iss", "https://login.microsoftonline.com/" + tid_ + "/v2.0"},
        {"aud", common_.client_id},
        {"sub", "pairwise-" + who.id},
        {"oid", account_id(who)},
        {"tid", named_tid_.empty() ? tid_ : named_tid_},
        {"ver", "2.0"},
        {"iat", to_seconds(now)},
        {"exp", to_seconds(now) + 3600}};
    if (!given.nonce.empty()) {
        claims["nonce"] = given.nonce;
    }
    answer["id_token"] = key_.sign(claims);
}

void microsoft::dress_callback(header_list& added) {
    added.emplace_back("session_state", "demo-session");
}

auto microsoft::refusal(mistake what, const std::string& why) const -> sim_response {
    const auto plain = oauth_provider::refusal(what, why);
    const auto number = number_of(what);
    auto answer = json::parse(plain.body);
    answer["error_description"] = "AADSTS" + std::to_string(number) + ": " + why;
    answer["error_codes"] = {number};
    answer["timestamp"] = "2026-11-21 00:00:00Z";
    answer["trace_id"] = "demo";
    answer["correlation_id"] = "demo";
    answer["error_uri"] = "https://login.microsoftonline.com/error?code=" + std::to_string(number);
    return json_answer(plain.status, answer);
}

auto microsoft::unauthorized() const -> sim_response {
    return graph_refusal(401, "InvalidAuthenticationToken", "Access token is empty or has expired");
}

auto microsoft::elsewhere(const sim_request& request, time_point /*now*/)
    -> std::optional<sim_response> {
    return request.path == "/discovery/v2.0/keys" ? std::optional(json_answer(200, key_.jwks()))
                                                  : std::nullopt;
}

auto microsoft::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.method != "GET" || request.path != "/v1.0/me") {
        return graph_refusal(404, "ResourceNotFound", "Resource not found for the segment");
    }
    if (!has_scope(used, "User.Read")) {
        return graph_refusal(
            403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation"
        );
    }
    ++counters_.profiles;
    return json_answer(
        200, {{"@odata.context", "https://graph.microsoft.com/v1.0/$metadata#users/$entity"},
              {"id", account_id(who)},
              {"displayName", who.name},
              {"givenName", "Demo"},
              {"surname", "User"},
              {"userPrincipalName", who.username + "@demo.invalid"},
              {"mail", who.email},
              {"businessPhones", json::array()},
              {"jobTitle", nullptr},
              {"mobilePhone", nullptr},
              {"officeLocation", nullptr},
              {"preferredLanguage", "en-US"}}
    );
}

}  // namespace tenon::sim
