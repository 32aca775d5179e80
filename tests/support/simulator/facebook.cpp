#include "support/simulator/facebook.hpp"

#include "support/simulator/digest.hpp"
#include "support/simulator/graph.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 12> known_scopes{
    "public_profile",
    "email",
    "pages_show_list",
    "pages_read_engagement",
    "pages_manage_posts",
    "pages_read_user_content",
    "business_management",
    "instagram_basic",
    "read_insights",
    "instagram_manage_insights",
    "instagram_manage_comments",
    "instagram_content_publish"};
constexpr std::int64_t short_lifetime_s = 5400;

// `/v26.0/me` -> `/me`; "" where there is no such version.
auto without_version(const std::string& path) -> std::string {
    const auto end = path.find('/', 1);
    const auto version = path.substr(0, end);
    const bool written = version.size() >= 5 && version.starts_with("/v") &&
                         version.find_first_not_of("0123456789.", 2) == std::string::npos;
    return written && end != std::string::npos ? path.substr(end) : std::string();
}

auto page_of_refusal(std::string_view text) -> sim_response {
    return html_answer(400, "Sorry, something went wrong. " + html_escape(text));
}

}  // namespace

facebook::facebook() {
    common_.access_lifetime_s = 5'184'000;
}

auto facebook::settings() -> setting_table {
    setting_table table{
        {"require_proof", &require_proof_},
        {"everlasting", &everlasting_},
        {"pages", &pages_},
        {"config_id", &config_id_},
        {"declined_scopes", &declined_scopes_}};
    common_.add_to(table);
    return table;
}

void facebook::reset() {
    ledger_.clear();
    counters_ = {};
}

auto facebook::handle(const sim_request& request, time_point now) -> sim_response {
    const auto path = without_version(request.path);
    sim_response answer;
    if (path == "/dialog/oauth") {
        answer =
            request.method == "GET" ? dialog(parameters(request.query), now) : wrong_method("GET");
    } else if (path == "/oauth/access_token") {
        answer = token_endpoint(request, now);
    } else {
        answer = graph(request, path, now);
    }
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

// "" where the person may be asked; else what Facebook's own page says.
auto facebook::dialog_problem(const parameters& asked) const -> std::string {
    if (!asked.problem().empty()) {
        return asked.problem();
    }
    if (asked.get("client_id") != common_.client_id) {
        return "Invalid App ID";
    }
    if (!is_registered(asked.get("redirect_uri"), common_)) {
        return "URL blocked: the redirect URI is not white-listed in the app's client OAuth "
               "settings";
    }
    if (asked.get("response_type") != "code") {
        return "response_type must be code";
    }
    if (asked.has("code_challenge") || asked.has("code_verifier")) {
        return "PKCE is for the OpenID Connect flow only and must not be sent";
    }
    const bool overridden = asked.get("override_default_response_type") == "true";
    if (asked.get("config_id") != config_id_ || overridden == config_id_.empty() ||
        (!config_id_.empty() && asked.has("scope"))) {
        return "config_id: a business app's configuration takes the place of scope";
    }
    for (const auto& scope : graph_scopes(asked.get("scope"))) {
        if (std::ranges::find(known_scopes, scope) == known_scopes.end()) {
            return "Invalid Scopes: " + scope;
        }
    }
    constexpr std::array<std::string_view, 4> kinds{
        "", "rerequest", "reauthenticate", "reauthorize"};
    return std::ranges::find(kinds, asked.get("auth_type")) == kinds.end() ? "Invalid auth_type"
                                                                           : "";
}

auto facebook::consent_of(const account& who, const parameters& asked) const -> consent {
    consent given;
    given.account = who.id;
    given.redirect_uri = asked.get("redirect_uri");
    auto scopes = graph_scopes(
        config_id_.empty() ? asked.get("scope") : "email,pages_show_list,business_management"
    );
    if (std::ranges::find(scopes, "public_profile") == scopes.end()) {
        scopes.emplace_back("public_profile");
    }
    given.scope = join(scopes, ",");
    return given;
}

auto facebook::dialog(const parameters& asked, time_point now) -> sim_response {
    const auto who = consenting_account(asked, common_);
    const auto problem = dialog_problem(asked);
    if (!problem.empty() || !who) {
        return page_of_refusal(problem.empty() ? "account" : problem);
    }
    header_list added;
    if (is_denied(asked, common_)) {
        ++counters_.denials;
        added = {
            {"error_reason", "user_denied"},
            {"error", "access_denied"},
            {"error_description", "Permissions error."},
            {"error_code", "200"}};
    } else {
        const auto expires_at = now + std::chrono::seconds(common_.code_lifetime_s);
        added = {{"code", ledger_.add_code("AQD", consent_of(*who, asked), expires_at)}};
        ++counters_.authorizations;
    }
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    return redirect(asked.get("redirect_uri"), added, "#_=_");
}

auto facebook::token_endpoint(const sim_request& request, time_point now) -> sim_response {
    const bool by_form = request.method == "POST";
    if (!by_form && request.method != "GET") {
        return graph_refusal(100, "Unsupported " + request.method + " request");
    }
    if (by_form &&
        (!has_type(request, "application/x-www-form-urlencoded") || !request.query.empty())) {
        return graph_refusal(101, "Missing client_id parameter.");  // it is looked for in the form
    }
    const parameters form(by_form ? request.body : request.query);
    if (!form.problem().empty()) {
        return graph_refusal(100, form.problem());
    }
    if (request.header("authorization") || !form.has("client_id")) {
        return graph_refusal(101, "Missing client_id parameter.");
    }
    if (form.get("client_id") != common_.client_id) {
        return graph_refusal(
            101, "Error validating application. Cannot get application info due to a system error."
        );
    }
    if (form.get("client_secret") != common_.client_secret) {
        return graph_refusal(1, "Error validating client secret.");
    }
    if (form.get("grant_type") == "fb_exchange_token") {
        return lengthen(form, now);
    }
    const auto type = form.get("grant_type");
    return type.empty() || type == "authorization_code"
               ? exchange(form, now)
               : graph_refusal(100, "Invalid grant_type: " + type);
}

auto facebook::exchange(const parameters& form, time_point now) -> sim_response {
    auto* code = ledger_.find_code(form.get("code"));
    if (code == nullptr) {
        return graph_refusal(100, "Invalid verification code format.");
    }
    if (code->grant != 0) {
        ++counters_.code_reuses;
        return graph_refusal(100, "This authorization code has been used.", 36009);
    }
    if (now >= code->expires_at) {
        return graph_refusal(100, "This authorization code has expired.", 36007);
    }
    if (form.get("redirect_uri") != code->given.redirect_uri) {
        return graph_refusal(
            100,
            "Error validating verification code. Please make sure your redirect_uri is identical "
            "to the one you used in the OAuth dialog request",
            36008
        );
    }
    code->grant = ledger_.add_grant(code->given);
    ++counters_.exchanges;
    return json_answer(200, user_token("short", code->grant, short_lifetime_s, now));
}

auto facebook::user_token(
    const std::string& slot, std::uint64_t grant, std::int64_t lifetime_s, time_point now
) -> json {
    const auto text = ledger_.add_token(
        "EAAG" + slot,
        {token_kind::access, grant, ledger_.grant_at(grant).given.scope, slot, now, {}, false, {}},
        everlasting_ ? never_expires : lifetime_s
    );
    json answer = {{"access_token", text}, {"token_type", "bearer"}};
    if (!everlasting_) {
        answer["expires_in"] = lifetime_s;
    }
    return answer;
}

// Of a short-lived token, or of a long-lived one anew; a page's is none of a person.
auto facebook::lengthen(const parameters& form, time_point now) -> sim_response {
    const auto* found = ledger_.live_token(form.get("fb_exchange_token"), token_kind::access, now);
    if (found == nullptr) {
        return graph_dead_token();
    }
    if (found->slot != "short" && found->slot != "long") {
        return graph_refusal(100, "fb_exchange_token takes a user access token");
    }
    counters_.refreshes += found->slot == "long" ? 1 : 0;
    return json_answer(200, user_token("long", found->grant, common_.access_lifetime_s, now));
}

auto facebook::mint(const std::string& account, time_point now) -> json {
    if (!find_account(account, common_.accounts)) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = "public_profile,email";
    const auto grant = ledger_.add_grant(given);
    auto answer = user_token("long", grant, common_.access_lifetime_s, now);
    answer["account_id"] = "1022" + account.substr(1);
    return answer;
}

}  // namespace tenon::sim
