#include "support/simulator/tiktok.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::string_view log_id = "20261121000000DEMO";

auto api_answer(std::uint32_t status, std::string_view code, std::string_view message, json data)
    -> sim_response {
    return json_answer(
        status, {{"data", std::move(data)},
                 {"error", {{"code", code}, {"message", message}, {"log_id", log_id}}}}
    );
}

auto open_id(const account& who) -> std::string {
    return "-000demo" + who.id;
}

// A field of /v2/user/info/ and the scope that it needs.
struct user_field {
    std::string_view scope;
    json value;
};

auto user_fields(const account& who) -> std::map<std::string, user_field> {
    constexpr std::string_view basic = "user.info.basic";
    constexpr std::string_view profile = "user.info.profile";
    constexpr std::string_view stats = "user.info.stats";
    return {
        {"open_id", {basic, open_id(who)}},
        {"union_id", {basic, "demo-union-" + who.id}},
        {"avatar_url", {basic, who.avatar_url}},
        {"avatar_url_100", {basic, who.avatar_url}},
        {"avatar_large_url", {basic, who.avatar_url}},
        {"display_name", {basic, who.name}},
        {"bio_description", {profile, "Demo data of a simulated provider"}},
        {"profile_deep_link", {profile, "https://demo.invalid/@" + who.username}},
        {"is_verified", {profile, false}},
        {"username", {profile, who.username}},
        {"follower_count", {stats, who.followers}},
        {"following_count", {stats, who.number}},
        {"likes_count", {stats, who.followers * 5}},
        {"video_count", {stats, who.number * 3}}};
}

}  // namespace

tiktok::tiktok() {
    common_.access_lifetime_s = 7200;
}

auto tiktok::settings() -> setting_table {
    setting_table table{
        {"app", &app_},
        {"errors_with_200", &errors_with_200_},
        {"refresh_lifetime_s", &refresh_lifetime_s_}};
    common_.add_to(table);
    return table;
}

void tiktok::reset() {
    ledger_.clear();
    counters_ = {};
}

auto tiktok::refusal(std::string_view code, std::string_view description) const -> sim_response {
    const std::uint32_t status = errors_with_200_ ? 200 : code == "invalid_client" ? 401 : 400;
    return json_answer(
        status, {{"error", code}, {"error_description", description}, {"log_id", log_id}}
    );
}

auto tiktok::handle(const sim_request& request, time_point now) -> sim_response {
    sim_response answer;
    if (request.path == "/v2/auth/authorize/") {
        answer = request.method == "GET" ? authorize(request, now) : wrong_method("GET");
    } else if (request.path == "/v2/oauth/token/") {
        answer = request.method == "POST" ? token_endpoint(request, now) : wrong_method("POST");
    } else if (request.path == "/v2/oauth/revoke/") {
        answer = request.method == "POST" ? revoke(request, now) : wrong_method("POST");
    } else if (request.path == "/v2/user/info/") {
        answer = request.method == "GET" ? user_info(request, now) : wrong_method("GET");
    } else {
        answer = api_answer(404, "invalid_params", "Unsupported path(Janus)", json::object());
    }
    counters_.refused += answer.status >= 400 || answer.body.starts_with(R"({"error":")") ? 1 : 0;
    return answer;
}

auto tiktok::form_problem(const sim_request& request, const parameters& form) const
    -> std::optional<sim_response> {
    if (!has_type(request, "application/x-www-form-urlencoded")) {
        return refusal(
            "invalid_request",
            "Only `application/x-www-form-urlencoded` is accepted as Content-Type."
        );
    }
    if (!form.problem().empty() || !request.query.empty()) {
        return refusal("invalid_request", "The request parameters are malformed.");
    }
    if (request.header("authorization")) {
        return refusal("invalid_request", "Client credentials belong into the body.");
    }
    if (form.get("client_key") != common_.client_id ||
        form.get("client_secret") != common_.client_secret) {
        return refusal("invalid_client", "Client key or secret is incorrect.");
    }
    return std::nullopt;
}

auto tiktok::token_endpoint(const sim_request& request, time_point now) -> sim_response {
    const parameters form(request.body);
    if (auto refused = form_problem(request, form)) {
        return *refused;
    }
    if (form.get("grant_type") == "authorization_code") {
        return exchange(form, now);
    }
    return form.get("grant_type") == "refresh_token"
               ? refresh(form, now)
               : refusal("unsupported_grant_type", "authorization_code or refresh_token");
}

auto tiktok::exchange(const parameters& form, time_point now) -> sim_response {
    auto* code = ledger_.find_code(form.get("code"));
    if (code == nullptr || code->grant != 0 || now >= code->expires_at) {
        counters_.code_reuses += code != nullptr && code->grant != 0 ? 1 : 0;
        return refusal("invalid_grant", "Authorization code is expired.");
    }
    if (form.get("redirect_uri") != code->given.redirect_uri) {
        return refusal(
            "invalid_request", "Redirect_uri is not matched with the uri when requesting code."
        );
    }
    const auto verifier = form.get("code_verifier");
    const auto digest = sha256(verifier);
    const bool matches = code->given.challenge.empty()
                             ? verifier.empty()
                             : verifier_is_well_formed(verifier) &&
                                   (app_ == "desktop" ? to_hex(digest) : to_base64url(digest)) ==
                                       code->given.challenge;
    if (!matches) {
        return refusal("invalid_request", "Code verifier or code challenge is invalid.");
    }
    code->grant = ledger_.add_grant(code->given);
    ++counters_.exchanges;
    return json_answer(200, issue(code->grant, now));
}

auto tiktok::issue(std::uint64_t grant, time_point now) -> json {
    const auto& given = ledger_.grant_at(grant).given;
    const auto access = ledger_.add_token(
        "act.", {token_kind::access, grant, given.scope, {}, now, {}, false, {}},
        common_.access_lifetime_s
    );
    const auto refresh_text = ledger_.add_token(
        "rft.", {token_kind::refresh, grant, given.scope, {}, now, {}, false, {}},
        refresh_lifetime_s_
    );
    return {
        {"access_token", access},
        {"expires_in", common_.access_lifetime_s},
        {"open_id", open_id(*find_account(given.account, common_.accounts))},
        {"refresh_token", refresh_text},
        {"refresh_expires_in", refresh_lifetime_s_},
        {"scope", given.scope},
        {"token_type", "Bearer"}};
}

auto tiktok::refresh(const parameters& form, time_point now) -> sim_response {
    auto* old = ledger_.find_token(form.get("refresh_token"));
    if (old != nullptr && old->rotated_at) {
        ++counters_.refresh_reuses;
    }
    old = ledger_.live_token(form.get("refresh_token"), token_kind::refresh, now);
    if (old == nullptr) {
        return refusal("invalid_grant", "Refresh token is invalid or expired.");
    }
    old->rotated_at = now;
    ++counters_.refreshes;
    return json_answer(200, issue(old->grant, now));
}

auto tiktok::revoke(const sim_request& request, time_point now) -> sim_response {
    const parameters form(request.body);
    if (auto refused = form_problem(request, form)) {
        return *refused;
    }
    auto* found = ledger_.live_token(form.get("token"), token_kind::access, now);
    if (found == nullptr) {
        return refusal("invalid_request", "The token is not a live access token.");
    }
    ledger_.grant_of(*found).revoked = true;
    ++counters_.revokes;
    return json_answer(200, json::object());
}

auto tiktok::user_info(const sim_request& request, time_point now) -> sim_response {
    const auto* found = ledger_.live_token(bearer(request), token_kind::access, now);
    if (found == nullptr) {
        const auto* text = "The access token is invalid or not found in the request.";
        return api_answer(401, "access_token_invalid", text, json::object());
    }
    const parameters query(request.query);
    const auto names = split(query.get("fields"), ',');
    if (names.empty() || !query.problem().empty()) {
        return api_answer(400, "invalid_params", "Fields is required", json::object());
    }
    const auto scopes = split(found->scope, ',');
    const auto fields =
        user_fields(*find_account(ledger_.grant_of(*found).given.account, common_.accounts));
    json user = json::object();
    for (const auto& name : names) {
        const auto field = fields.find(name);
        if (field == fields.end()) {
            return api_answer(400, "invalid_params", "Unknown field " + name, json::object());
        }
        if (std::ranges::find(scopes, field->second.scope) == scopes.end()) {
            const auto* text =
                "The user did not authorize the scope required for completing this request.";
            return api_answer(401, "scope_not_authorized", text, json::object());
        }
        user[name] = field->second.value;
    }
    ++counters_.profiles;
    return api_answer(200, "ok", "", {{"user", user}});
}

auto tiktok::mint(const std::string& account, time_point now) -> json {
    if (!find_account(account, common_.accounts)) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = "user.info.basic,user.info.profile,user.info.stats,video.list";
    auto answer = issue(ledger_.add_grant(given), now);
    answer["account_id"] = answer["open_id"];
    return answer;
}

}  // namespace tenon::sim
