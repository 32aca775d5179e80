// The plain provider's front: where requests go, the authorization endpoint, and the answers that
// a provider may give otherwise.
#include "support/simulator/oauth_provider.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {

using nlohmann::json;

auto oauth_provider::settings() -> setting_table {
    setting_table table{{"declined_scopes", &declined_scopes_}};
    common_.add_to(table);
    return table;
}

void oauth_provider::reset() {
    ledger_.clear();
    newest_access_.clear();
    counters_ = {};
}

auto oauth_provider::handle(const sim_request& request, time_point now) -> sim_response {
    auto answer = route(request, now);
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

auto oauth_provider::route(const sim_request& request, time_point now) -> sim_response {
    if (request.path == rules_.authorize_path) {
        return request.method == "GET" ? authorize(request, now) : wrong_method("GET");
    }
    if (auto refused = head_problem(request)) {
        return *refused;
    }
    if (request.path == rules_.token_path) {
        return request.method == "POST" ? token_endpoint(request, now) : wrong_method("POST");
    }
    if (request.path == rules_.revoke_path) {
        return request.method == "POST" ? revocation_endpoint(request) : wrong_method("POST");
    }
    if (auto answer = elsewhere(request, now)) {
        return *answer;
    }
    return bearer_request(request, now);
}

auto oauth_provider::bearer_request(const sim_request& request, time_point now) -> sim_response {
    const auto* found = ledger_.live_token(bearer(request), token_kind::access, now);
    if (found == nullptr) {
        return unauthorized();
    }
    return api(
        request, *found, *find_account(ledger_.grant_of(*found).given.account, common_.accounts)
    );
}

// "" where the request may go on; else the error for the callback (RFC 6749 4.1.2.1).
auto oauth_provider::request_problem(const parameters& asked) const -> std::string {
    static const std::vector<std::string_view> common{
        "client_id", "redirect_uri", "response_type", "scope", "state", "login_hint", "deny"};
    const bool takes_pkce = rules_.pkce != pkce_rule::refused;
    const auto is_known = [&](std::string_view name) {
        return std::ranges::find(common, name) != common.end() ||
               (takes_pkce && name.starts_with("code_challenge")) ||
               std::ranges::find(rules_.authorize_parameters, name) !=
                   rules_.authorize_parameters.end();
    };
    const bool all_known =
        std::ranges::all_of(asked.items(), [&](const auto& each) { return is_known(each.first); });
    if (!all_known || (rules_.state_required && !asked.has("state")) ||
        asked.get("state").size() > rules_.longest_state) {
        return "invalid_request";
    }
    if (asked.get("response_type") != "code") {
        return "unsupported_response_type";
    }
    const auto scopes = split(asked.get("scope"), rules_.scope_separator);
    const bool scopes_exist =
        rules_.scopes.empty() || std::ranges::all_of(scopes, [&](const auto& scope) {
            return std::ranges::find(rules_.scopes, scope) != rules_.scopes.end();
        });
    if (!scopes_exist) {
        return "invalid_scope";
    }
    const auto challenge = asked.get("code_challenge");
    const bool fits =
        challenge.empty()
            ? rules_.pkce != pkce_rule::required && !asked.has("code_challenge_method")
            : is_base64url_digest(challenge) && asked.get("code_challenge_method") == "S256";
    return fits ? authorization_problem(asked) : "invalid_request";
}

auto oauth_provider::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto who = consenting_account(asked, common_);
    // Nobody is sent to an address that may not be the client's.
    if (!asked.problem().empty() || asked.get("client_id") != common_.client_id ||
        !is_registered(asked.get("redirect_uri"), common_) || !who) {
        return html_answer(
            400, "Something went wrong: client_id, redirect_uri, account, or a doubled parameter"
        );
    }
    header_list added;
    const auto problem = request_problem(asked);
    if (!problem.empty()) {
        added.emplace_back("error", problem);
        ++counters_.refused;
    } else if (is_denied(asked, common_)) {
        added.emplace_back("error", rules_.denied);
        ++counters_.denials;
    } else {
        auto scopes = split(asked.get("scope"), rules_.scope_separator);
        std::erase_if(scopes, [&](const auto& scope) {
            return std::ranges::find(declined_scopes_, scope) != declined_scopes_.end();
        });
        consent given;
        given.account = who->id;
        given.redirect_uri = asked.get("redirect_uri");
        given.scope = join(scopes, " ");
        given.challenge = asked.get("code_challenge");
        given.nonce = asked.get("nonce");
        given.offline = asks_offline(asked, scopes);
        const auto expires_at = now + std::chrono::seconds(common_.code_lifetime_s);
        added.emplace_back("code", ledger_.add_code(rules_.code_prefix, given, expires_at));
        dress_callback(added);
        ++counters_.authorizations;
    }
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    return redirect(asked.get("redirect_uri"), added, rules_.callback_fragment);
}

auto oauth_provider::refusal(mistake what, const std::string& why) const -> sim_response {
    switch (what) {
        case mistake::request: return oauth_error(400, "invalid_request", why);
        case mistake::client: {
            auto answer = oauth_error(401, "invalid_client", why);
            answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"demo\"");
            return answer;
        }
        case mistake::grant_type: return oauth_error(400, "unsupported_grant_type", why);
        case mistake::scope: return oauth_error(400, "invalid_scope", why);
        case mistake::code:
        case mistake::redirect_uri:
        case mistake::verifier:
        case mistake::refresh_token: break;
    }
    return oauth_error(400, "invalid_grant", why);
}

auto oauth_provider::unauthorized() const -> sim_response {
    return bearer_error(401, "invalid_token", "The access token is unknown, expired or revoked");
}

auto oauth_provider::head_problem(const sim_request& /*request*/) const
    -> std::optional<sim_response> {
    return std::nullopt;
}

auto oauth_provider::authorization_problem(const parameters& /*asked*/) const -> std::string {
    return {};
}

auto oauth_provider::asks_offline(
    const parameters& /*asked*/, const std::vector<std::string>& /*granted*/
) const -> bool {
    return true;
}

auto oauth_provider::terms_of(const consent& given) const -> token_terms {
    return {common_.access_lifetime_s, never_expires, given.offline};
}

auto oauth_provider::told_scope(const std::vector<std::string>& granted) const -> json {
    return join(granted, std::string_view(&rules_.granted_separator, 1));
}

void oauth_provider::dress(json& /*answer*/, const consent& /*given*/, time_point /*now*/) {}

void oauth_provider::dress_callback(header_list& /*added*/) {}

auto oauth_provider::revoked() const -> sim_response {
    return {200, {}, {}};
}

auto oauth_provider::elsewhere(const sim_request& /*request*/, time_point /*now*/)
    -> std::optional<sim_response> {
    return std::nullopt;
}

}  // namespace tenon::sim
