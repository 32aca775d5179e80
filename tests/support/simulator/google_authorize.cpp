// Google's authorization endpoint.
#include "support/simulator/google.hpp"

#include <algorithm>

namespace tenon::sim {
namespace {

auto is_scope(std::string_view scope) -> bool {
    return scope == "openid" || scope == "email" || scope == "profile" ||
           scope == "https://mail.google.com/" ||
           (scope.starts_with("https://www.googleapis.com/auth/") &&
            scope.find(',') == std::string_view::npos);
}

// `none` stands alone (OpenID Connect Core 3.1.2.1).
auto is_prompt(const std::vector<std::string>& prompt) -> bool {
    const bool known = std::ranges::all_of(prompt, [](const auto& one) {
        return one == "none" || one == "consent" || one == "select_account";
    });
    return known && (prompt.size() < 2 || std::ranges::find(prompt, "none") == prompt.end());
}

}  // namespace

// "" or what Google's error page says.
auto google::authorization_problem(const parameters& asked) const -> std::string {
    if (!asked.problem().empty()) {
        return "invalid_request: " + asked.problem();
    }
    if (asked.get("client_id") != common_.client_id) {
        return "invalid_client: The OAuth client was not found.";
    }
    if (!is_registered(asked.get("redirect_uri"), common_)) {
        return "redirect_uri_mismatch";
    }
    const auto access = asked.get("access_type");
    if (asked.get("response_type") != "code" ||
        (!access.empty() && access != "online" && access != "offline")) {
        return "invalid_request: response_type or access_type";
    }
    if (!is_prompt(split(asked.get("prompt"), ' '))) {
        return "invalid_request: prompt";
    }
    const auto scopes = split(asked.get("scope"), ' ');
    if (scopes.empty() || !std::ranges::all_of(scopes, is_scope)) {
        return "invalid_scope: scopes are separated by spaces";
    }
    const auto challenge = asked.get("code_challenge");
    const bool fits = challenge.empty() || (is_base64url_digest(challenge) &&
                                            asked.get("code_challenge_method") == "S256");
    return fits ? "" : "invalid_request: code_challenge";
}

auto google::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto who = consenting_account(asked, common_);
    const auto problem = authorization_problem(asked);
    if (!problem.empty() || !who) {
        return html_answer(
            400, "Error 400: " + html_escape(problem.empty() ? "no such account" : problem)
        );
    }
    header_list added;
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    if (is_denied(asked, common_)) {
        ++counters_.denials;
        added.emplace_back("error", "access_denied");
        return redirect(asked.get("redirect_uri"), added);
    }
    if (iss_) {
        added.emplace_back("iss", issuer);
    }
    auto scopes = split(asked.get("scope"), ' ');
    std::erase_if(scopes, [&](const auto& scope) {
        return std::ranges::find(declined_scopes_, scope) != declined_scopes_.end();
    });
    consent given;
    given.account = who->id;
    given.redirect_uri = asked.get("redirect_uri");
    given.scope = join(scopes, " ");
    given.challenge = asked.get("code_challenge");
    given.nonce = asked.get("nonce");
    const bool first = consented_.insert(who->id).second;
    given.offline = asked.get("access_type") == "offline" &&
                    (first || asked.get("prompt").find("consent") != std::string::npos);
    const auto expires_at = now + std::chrono::seconds(common_.code_lifetime_s);
    added.emplace_back("code", ledger_.add_code("4/0demo/", given, expires_at));
    added.emplace_back("scope", given.scope);
    added.emplace_back("authuser", "0");
    added.emplace_back("prompt", first ? "consent" : "none");
    ++counters_.authorizations;
    return redirect(asked.get("redirect_uri"), added);
}

}  // namespace tenon::sim
