// The demo provider's authorization endpoint (RFC 6749 4.1.1, 4.1.2; RFC 7636; RFC 9207).
#include "support/simulator/oidc.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

auto page(std::string_view content) -> std::string {
    return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
           "content=\"width=device-width\"><title>Demo provider</title><style>body{font:16px "
           "system-ui;max-width:28rem;"
           "margin:4rem auto;padding:0 1rem}button,select{font:inherit;padding:.4rem "
           "1rem}</style><body><h1>Demo "
           "provider</h1>" +
           std::string(content) + "</body></html>";
}

auto refusal(std::string_view why) -> sim_response {
    return html_answer(400, page("<p>This request is refused: " + html_escape(why) + ".</p>"));
}

}  // namespace

auto oidc::pkce_problem(const parameters& asked) const -> std::string {
    const auto challenge = asked.get("code_challenge");
    if (pkce_ == "never") {
        return challenge.empty() ? "" : "PKCE is not taken here";
    }
    if (challenge.empty()) {
        return pkce_ == "required" ? "code_challenge is missing" : "";
    }
    if (asked.get("code_challenge_method") != "S256") {
        return "code_challenge_method must be S256";
    }
    return is_base64url_digest(challenge) ? "" : "code_challenge is not 43 base64url characters";
}

// {error, description}; both empty where the request may go on.
auto oidc::authorization_problem(const parameters& asked) const
    -> std::pair<std::string, std::string> {
    if (asked.get("response_type") != "code") {
        return asked.has("response_type")
                   ? std::pair{"unsupported_response_type", "only code"}
                   : std::pair{"invalid_request", "response_type is missing"};
    }
    if (auto problem = pkce_problem(asked); !problem.empty()) {
        return {"invalid_request", problem};
    }
    for (const auto& scope : split(asked.get("scope"), ' ')) {
        if (std::ranges::find(scopes_, scope) == scopes_.end()) {
            return {"invalid_scope", "unknown scope " + scope};
        }
    }
    return {};
}

auto oidc::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto wish = request.header("x-simulator-consent").value_or("");
    auto choice = auto_consent_ || asked.get("prompt") == "none" || wish == "allow"
                      ? decision::allow
                      : decision::ask;
    if (wish == "deny" || is_denied(asked, common_)) {
        choice = decision::deny;
    }
    if (!asked.problem().empty()) {
        ++counters_.refused;
        return refusal(asked.problem());
    }
    if (asked.get("client_id") != common_.client_id ||
        !is_registered(asked.get("redirect_uri"), common_)) {
        ++counters_
              .refused;  // never a redirect to a place that nobody registered (RFC 6749 4.1.2.1)
        return refusal("client_id or redirect_uri is not registered");
    }
    const auto who = consenting_account(asked, common_);
    return who ? answer_consent(asked, choice, who->id, now) : refusal("there is no such account");
}

auto oidc::answer_consent(
    const parameters& asked, decision choice, const std::string& who, time_point now
) -> sim_response {
    const auto target = asked.get("redirect_uri");
    header_list added;
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    if (iss_) {
        added.emplace_back("iss", issuer_);
    }
    auto [error, description] = authorization_problem(asked);
    if (error.empty() && choice == decision::deny) {
        error = "access_denied";
        description = "The person refused";
        ++counters_.denials;
    } else if (!error.empty()) {
        ++counters_.refused;
    }
    if (!error.empty()) {
        added.emplace_back("error", error);
        added.emplace_back("error_description", description);
        return redirect(target, added);
    }
    if (choice == decision::ask) {
        std::string query;
        for (const auto& [name, value] : asked.items()) {
            query +=
                (query.empty() ? "" : "&") + percent_encode(name) + '=' + percent_encode(value);
        }
        return consent_page(query, asked);
    }
    consent given;
    given.account = who;
    given.redirect_uri = target;
    given.scope = asked.get("scope");
    given.challenge = asked.get("code_challenge");
    given.nonce = asked.get("nonce");
    const auto scopes = split(given.scope, ' ');
    given.offline = !offline_access_ || std::ranges::find(scopes, "offline_access") != scopes.end();
    added.emplace_back(
        "code",
        ledger_.add_code("demo-code-", given, now + std::chrono::seconds(common_.code_lifetime_s))
    );
    ++counters_.authorizations;
    return redirect(target, added);
}

auto oidc::consent_page(const std::string& query, const parameters& asked) const -> sim_response {
    std::string choices;
    const auto preferred = consenting_account(asked, common_);
    for (std::int64_t i = 1; i <= std::min<std::int64_t>(common_.accounts, 10); ++i) {
        const auto who = find_account("u" + std::to_string(i), common_.accounts);
        const auto* const mark = preferred && preferred->id == who->id ? "\" selected>" : "\">";
        choices += "<option value=\"" + who->id + mark + html_escape(who->name) + "</option>";
    }
    std::string scopes;
    for (const auto& scope : split(asked.get("scope"), ' ')) {
        scopes += "<li>" + html_escape(scope) + "</li>";
    }
    return html_answer(
        200,
        page(
            "<p>This is a simulated provider; everything here is demo data.</p><p>An application "
            "asks for:</p><ul>" +
            scopes +
            "</ul><form method=\"post\" action=\"/authorize/decision\"><input type=\"hidden\" "
            "name=\"request\" value=\"" +
            html_escape(query) + "\"><p><label>Account <select name=\"account\">" + choices +
            "</select></label></p><button name=\"decision\" value=\"allow\">Allow</button> <button "
            "name=\"decision\" value=\"cancel\">Cancel</button></form>"
        )
    );
}

auto oidc::decided(const sim_request& request, time_point now) -> sim_response {
    const parameters form(request.body);
    const parameters asked(form.get("request"));
    const auto who = find_account(form.get("account"), common_.accounts);
    if (!form.problem().empty() || !asked.problem().empty() || !who ||
        asked.get("client_id") != common_.client_id ||
        !is_registered(asked.get("redirect_uri"), common_)) {
        ++counters_.refused;
        return refusal("the form is not the one that was shown");
    }
    auto answer = answer_consent(
        asked, form.get("decision") == "allow" ? decision::allow : decision::deny, who->id, now
    );
    answer.status = answer.status == 302 ? 303 : answer.status;
    return answer;
}

}  // namespace tenon::sim
