#include "support/simulator/instagram.hpp"

#include "support/simulator/graph.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::array<std::string_view, 5> instagram_scopes{
    "instagram_business_basic", "instagram_business_content_publish",
    "instagram_business_manage_comments", "instagram_business_manage_messages",
    "instagram_business_manage_insights"};
constexpr std::int64_t short_token_s = 3600;

// The token endpoint's own shape, which is not RFC 6749's.
auto token_refusal(std::string_view message) -> sim_response {
    return json_answer(
        400, {{"error_type", "OAuthException"}, {"code", 400}, {"error_message", message}}
    );
}

auto user_id(const account& who) -> std::int64_t {
    return 17'841'400'000'000'000 + who.number;
}

}  // namespace

instagram::instagram() {
    common_.code_lifetime_s = 3600;
    common_.access_lifetime_s = 5'184'000;
}

auto instagram::settings() -> setting_table {
    setting_table table{{"wrapped", &wrapped_}, {"refresh_after_s", &refresh_after_s_}};
    common_.add_to(table);
    return table;
}

void instagram::reset() {
    ledger_.clear();
    counters_ = {};
}

auto instagram::handle(const sim_request& request, time_point now) -> sim_response {
    sim_response answer;
    if (request.path == "/oauth/authorize") {
        answer = request.method == "GET" ? authorize(request, now) : wrong_method("GET");
    } else if (request.path == "/oauth/access_token") {
        answer = request.method == "POST" ? short_lived(request, now) : wrong_method("POST");
    } else {
        answer = graph(request, now);
    }
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

auto instagram::graph(const sim_request& request, time_point now) -> sim_response {
    const bool versioned_me =
        request.path.ends_with("/me") && (request.path.starts_with("/v") || request.path == "/me");
    if (request.path != "/access_token" && request.path != "/refresh_access_token" &&
        !versioned_me) {
        return graph_refusal(2500, "Unknown path components: " + request.path);
    }
    if (request.method != "GET") {
        return graph_refusal(100, "Unsupported " + request.method + " request");
    }
    const parameters query(request.query);
    if (!query.problem().empty()) {
        return graph_refusal(100, query.problem());
    }
    if (request.path == "/access_token") {
        return long_lived(query, now);
    }
    return request.path == "/refresh_access_token" ? refresh(query, now) : me(request, query, now);
}

auto instagram::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto who = consenting_account(asked, common_);
    const auto scopes = graph_scopes(asked.get("scope"));
    const bool scopes_known = !scopes.empty() && std::ranges::all_of(scopes, [](const auto& scope) {
        return std::ranges::find(instagram_scopes, scope) != instagram_scopes.end();
    });
    if (!asked.problem().empty() || asked.get("client_id") != common_.client_id ||
        !is_registered(asked.get("redirect_uri"), common_) || !who) {
        return html_answer(
            400, "Invalid platform app: client_id, redirect_uri or a doubled parameter"
        );
    }
    if (asked.get("response_type") != "code" || !scopes_known) {
        return html_answer(
            400, "Invalid request: response_type is code, scope is of instagram_business_*"
        );
    }
    if (asked.has("code_challenge") || asked.has("code_challenge_method")) {
        return html_answer(
            400, "Invalid request: PKCE is not documented here and must not be sent"
        );
    }
    header_list added;
    if (is_denied(asked, common_)) {
        ++counters_.denials;
        added = {
            {"error", "access_denied"},
            {"error_reason", "user_denied"},
            {"error_description", "The user denied your request"}};
    } else {
        consent given;
        given.account = who->id;
        given.redirect_uri = asked.get("redirect_uri");
        given.scope = join(scopes, ",");
        const auto expires_at = now + std::chrono::seconds(common_.code_lifetime_s);
        added = {{"code", ledger_.add_code("AQB", given, expires_at)}};
        ++counters_.authorizations;
    }
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    return redirect(asked.get("redirect_uri"), added, "#_");
}

auto instagram::form_problem(const sim_request& request, const parameters& form) const
    -> std::string {
    if (!has_type(request, "application/x-www-form-urlencoded")) {
        return "Missing required field client_id";  // it reads forms only
    }
    if (!form.problem().empty()) {
        return form.problem();
    }
    if (request.header("authorization") || !request.query.empty()) {
        return "Credentials belong into the form";
    }
    if (form.get("client_id") != common_.client_id ||
        form.get("client_secret") != common_.client_secret) {
        return "Error validating client secret";
    }
    return form.get("grant_type") == "authorization_code" ? "" : "Invalid grant_type";
}

auto instagram::short_lived(const sim_request& request, time_point now) -> sim_response {
    const parameters form(request.body);
    if (const auto problem = form_problem(request, form); !problem.empty()) {
        return token_refusal(problem);
    }
    auto* code = ledger_.find_code(form.get("code"));
    if (code == nullptr || code->grant != 0 || now >= code->expires_at) {
        counters_.code_reuses += code != nullptr && code->grant != 0 ? 1 : 0;
        return token_refusal("Matching code was not found or was already used");
    }
    if (form.get("redirect_uri") != code->given.redirect_uri) {
        return token_refusal(
            "Error validating verification code: redirect_uri is not the one of the authorization"
        );
    }
    code->grant = ledger_.add_grant(code->given);
    const auto who = find_account(code->given.account, common_.accounts);
    const auto text = ledger_.add_token(
        "IGAAshort",
        {token_kind::access, code->grant, code->given.scope, "short", now, {}, false, {}},
        short_token_s
    );
    ++counters_.exchanges;
    if (wrapped_) {
        const json inner = {
            {"access_token", text},
            {"user_id", std::to_string(user_id(*who))},
            {"permissions", code->given.scope}};
        return json_answer(200, {{"data", json::array({inner})}});
    }
    return json_answer(
        200, {{"access_token", text},
              {"user_id", user_id(*who)},
              {"permissions", split(code->given.scope, ',')}}
    );
}

auto instagram::long_token(std::uint64_t grant, const std::string& scope, time_point now) -> json {
    const auto text = ledger_.add_token(
        "IGAAlong", {token_kind::access, grant, scope, "long", now, {}, false, {}},
        common_.access_lifetime_s
    );
    return {
        {"access_token", text},
        {"token_type", "bearer"},
        {"expires_in", common_.access_lifetime_s}};
}

auto instagram::long_lived(const parameters& query, time_point now) -> sim_response {
    if (query.get("grant_type") != "ig_exchange_token") {
        return graph_refusal(100, "grant_type must be ig_exchange_token");
    }
    if (query.get("client_secret") != common_.client_secret) {
        return graph_refusal(1, "Error validating client secret");
    }
    const auto* found = ledger_.live_token(query.get("access_token"), token_kind::access, now);
    if (found == nullptr) {
        return graph_dead_token();
    }
    if (found->slot != "short") {
        return graph_refusal(100, "Only a short-lived token can be exchanged");
    }
    return json_answer(200, long_token(found->grant, std::string(found->scope), now));
}

auto instagram::refresh(const parameters& query, time_point now) -> sim_response {
    if (query.get("grant_type") != "ig_refresh_token") {
        return graph_refusal(100, "grant_type must be ig_refresh_token");
    }
    const auto* found = ledger_.live_token(query.get("access_token"), token_kind::access, now);
    if (found == nullptr) {
        return graph_dead_token();
    }
    if (found->slot != "long" || now < found->issued_at + std::chrono::seconds(refresh_after_s_)) {
        return graph_refusal(
            10, "The token can't be refreshed: it is short-lived or younger than 24 hours"
        );
    }
    const auto scopes = split(found->scope, ',');
    if (std::ranges::find(scopes, "instagram_business_basic") == scopes.end()) {
        return graph_refusal(10, "The permission instagram_business_basic is needed");
    }
    ++counters_.refreshes;
    return json_answer(200, long_token(found->grant, std::string(found->scope), now));
}

auto instagram::me(const sim_request& request, const parameters& query, time_point now)
    -> sim_response {
    const auto in_header = bearer(request);
    const auto* found = ledger_.live_token(
        in_header.empty() ? query.get("access_token") : in_header, token_kind::access, now
    );
    if (found == nullptr) {
        return graph_dead_token();
    }
    const auto who = find_account(ledger_.grant_of(*found).given.account, common_.accounts);
    const json all = {
        {"id", std::to_string(26'012'340'000'000'000 + who->number)},
        {"user_id", std::to_string(user_id(*who))},
        {"username", who->username},
        {"name", who->name},
        {"account_type", "BUSINESS"},
        {"profile_picture_url", who->avatar_url},
        {"followers_count", who->followers},
        {"follows_count", who->number},
        {"media_count", who->number * 3}};
    json answer = {{"id", all["id"]}};
    for (const auto& field : split(query.get("fields"), ',')) {
        if (!all.contains(field)) {
            return graph_refusal(100, "Tried accessing nonexisting field (" + field + ")");
        }
        answer[field] = all[field];
    }
    ++counters_.profiles;
    return json_answer(200, wrapped_ ? json{{"data", json::array({answer})}} : answer);
}

auto instagram::mint(const std::string& account, time_point now) -> json {
    const auto who = find_account(account, common_.accounts);
    if (!who) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = "instagram_business_basic,instagram_business_manage_insights";
    auto answer = long_token(ledger_.add_grant(given), given.scope, now);
    answer["account_id"] = std::to_string(user_id(*who));
    return answer;
}

}  // namespace tenon::sim
