#include "support/simulator/github.hpp"

#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

constexpr std::string_view token_path = "/login/oauth/access_token";
constexpr std::int64_t refresh_lifetime_s = 15'897'600;

auto github_rules() -> oauth_rules {
    return {
        .authorize_path = "/login/oauth/authorize",
        .token_path = token_path,
        .granted_separator = ',',
        .authorize_parameters = {"login", "allow_signup", "prompt"},
        .access_prefix = "gho_demo",
        .refresh_prefix = "ghr_demo",
        .token_type = "bearer",
        .rotation_ends_access = true,
        .minted_scope = "read:user user:email"};
}

auto api_refusal(std::uint32_t status, std::string_view message) -> sim_response {
    return json_answer(
        status, {{"message", message},
                 {"documentation_url", "https://docs.github.com/rest"},
                 {"status", std::to_string(status)}}
    );
}

auto as_form(const json& body) -> std::string {
    std::string form;
    for (const auto& [name, value] : body.items()) {
        const auto text = value.is_string() ? value.get<std::string>() : value.dump();
        form += (form.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(text);
    }
    return form;
}

}  // namespace

github::github() : oauth_provider(github_rules()) {
    common_.access_lifetime_s = 28'800;
}

auto github::settings() -> setting_table {
    auto table = oauth_provider::settings();
    table.emplace("github_app", &github_app_);
    return table;
}

auto github::handle(const sim_request& request, time_point now) -> sim_response {
    auto answer = oauth_provider::handle(request, now);
    const auto accepted = request.header("accept").value_or("");
    if (request.path == token_path && accepted.find("application/json") == std::string::npos) {
        answer.headers = {{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}};
        answer.body = as_form(json::parse(answer.body));
    }
    return answer;
}

auto github::account_id(const account& who) const -> std::string {
    return std::to_string(9'007'199'254'740'993 + who.number);  // more than a double can hold
}

auto github::terms_of(const consent& given) const -> token_terms {
    if (!github_app_) {
        return {never_expires, never_expires, false};
    }
    auto terms = oauth_provider::terms_of(given);
    terms.refresh_lifetime_s = refresh_lifetime_s;
    return terms;
}

auto github::told_scope(const std::vector<std::string>& granted) const -> json {
    return github_app_ ? json("") : oauth_provider::told_scope(granted);
}

auto github::refusal(mistake what, const std::string& why) const -> sim_response {
    std::string_view code = "bad_verification_code";
    switch (what) {
        case mistake::client: code = "incorrect_client_credentials"; break;
        case mistake::redirect_uri: code = "redirect_uri_mismatch"; break;
        case mistake::refresh_token: code = "bad_refresh_token"; break;
        case mistake::grant_type: code = "unsupported_grant_type"; break;
        case mistake::request: return oauth_provider::refusal(what, why);
        case mistake::code:
        case mistake::verifier:
        case mistake::scope: break;
    }
    return json_answer(
        200, {{"error", code},
              {"error_description", why},
              {"error_uri", "https://docs.github.com/apps/oauth-errors"}}
    );
}

auto github::unauthorized() const -> sim_response {
    return api_refusal(401, "Bad credentials");
}

auto github::head_problem(const sim_request& request) const -> std::optional<sim_response> {
    if (request.path == token_path) {
        return std::nullopt;
    }
    if (request.header("user-agent").value_or("").empty()) {
        return api_refusal(
            403, "Request forbidden by administrative rules: a User-Agent is needed"
        );
    }
    if (request.header("x-github-api-version").value_or("2022-11-28") != "2022-11-28") {
        return api_refusal(400, "This version of the API does not exist");
    }
    return std::nullopt;
}

// DELETE /applications/{client_id}/token, or …/grant, by the client: the token, or all of them.
auto github::elsewhere(const sim_request& request, time_point now) -> std::optional<sim_response> {
    const auto place = "/applications/" + percent_encode(common_.client_id);
    if (request.path != place + "/token" && request.path != place + "/grant") {
        return std::nullopt;
    }
    const auto client = basic_auth(request);
    if (!client || client->id != common_.client_id || client->secret != common_.client_secret) {
        return api_refusal(404, "Not Found");
    }
    if (request.method != "DELETE") {
        return wrong_method("DELETE");
    }
    const auto body = parameters::from_json(request.body);
    if (!has_type(request, "application/json") || !body.has("access_token")) {
        return api_refusal(422, "Validation Failed: access_token");
    }
    auto* found = ledger_.live_token(body.get("access_token"), token_kind::access, now);
    if (found == nullptr) {
        return api_refusal(404, "Not Found");
    }
    found->revoked = true;
    ledger_.grant_of(*found).revoked |= request.path.ends_with("/grant");
    ++counters_.revokes;
    return sim_response{204, {}, {}};
}

auto github::api(const sim_request& request, const token& used, const account& who)
    -> sim_response {
    if (request.method != "GET" || (request.path != "/user" && request.path != "/user/emails")) {
        return api_refusal(404, "Not Found");
    }
    if (request.path == "/user/emails") {
        const bool may_see =
            github_app_ || has_scope(used, "user:email") || has_scope(used, "user");
        return may_see ? json_answer(
                             200, {{{"email", "old." + who.email},
                                    {"primary", false},
                                    {"verified", true},
                                    {"visibility", nullptr}},
                                   {{"email", who.email},
                                    {"primary", true},
                                    {"verified", true},
                                    {"visibility", "private"}}}
                         )
                       : api_refusal(404, "Not Found");
    }
    ++counters_.profiles;
    auto answer = json_answer(
        200, {{"login", who.username},
              {"id", 9'007'199'254'740'993 + who.number},
              {"node_id", "MDQ6demo"},
              {"avatar_url", who.avatar_url},
              {"html_url", "https://github.invalid/" + who.username},
              {"name", who.name},
              {"email", nullptr},
              {"followers", who.followers},
              {"following", who.number},
              {"public_repos", 8}}
    );
    answer.headers.emplace_back("X-OAuth-Scopes", join(split(used.scope, ' '), ", "));
    return answer;
}

}  // namespace tenon::sim
