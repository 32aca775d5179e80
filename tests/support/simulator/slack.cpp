#include "support/simulator/slack.hpp"

#include "support/simulator/digest.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto lists_scopes(const std::string& text) -> bool {
    return text.find(' ') == std::string::npos && text.find('+') == std::string::npos;
}

}  // namespace

slack::slack() {
    common_.access_lifetime_s = 43'200;
}

auto slack::settings() -> setting_table {
    setting_table table{
        {"rotation", &rotation_}, {"pkce", &pkce_}, {"users_per_team", &users_per_team_}};
    common_.add_to(table);
    return table;
}

void slack::reset() {
    ledger_.clear();
    counters_ = {};
}

auto slack::handle(const sim_request& request, time_point now) -> sim_response {
    sim_response answer;
    if (request.path == "/oauth/v2/authorize") {
        answer = request.method == "GET" ? authorize(request, now) : wrong_method("GET");
    } else if (request.path == "/api/oauth.v2.access") {
        answer = access(request, now);
    } else if (request.path.starts_with("/api/")) {
        answer = api(request, now);
    } else {
        answer = html_answer(404, "Not found");
    }
    counters_.refused +=
        answer.status >= 400 || answer.body.find(R"("ok":false)") != std::string::npos ? 1 : 0;
    return answer;
}

auto slack::authorization_problem(const parameters& asked) const -> std::string {
    if (!asked.problem().empty()) {
        return asked.problem();
    }
    if (asked.get("client_id") != common_.client_id) {
        return "invalid_client_id";
    }
    // Equal to a registered one, or below it.
    const auto uri = asked.get("redirect_uri");
    const bool below = std::ranges::any_of(common_.redirect_uris, [&](const auto& each) {
        return uri.starts_with(each.ends_with('/') ? each : each + '/');
    });
    if (!below && !is_registered(uri, common_)) {
        return "bad_redirect_uri";
    }
    if (!asked.has("scope") && !asked.has("user_scope")) {
        return "no_scopes";
    }
    if (!lists_scopes(asked.get("scope")) || !lists_scopes(asked.get("user_scope"))) {
        return "invalid_scope";
    }
    const auto challenge = asked.get("code_challenge");
    const bool challenge_fits = challenge.empty() || (pkce_ && is_base64url_digest(challenge) &&
                                                      asked.get("code_challenge_method") == "S256");
    return challenge_fits ? "" : "invalid_code_challenge";
}

auto slack::authorize(const sim_request& request, time_point now) -> sim_response {
    const parameters asked(request.query);
    const auto who = consenting_account(asked, common_);
    const auto problem = authorization_problem(asked);
    if (!problem.empty() || !who) {
        return html_answer(
            400, "Something went wrong: " + html_escape(problem.empty() ? "user" : problem)
        );
    }
    header_list added;
    if (is_denied(asked, common_)) {
        ++counters_.denials;
        added = {{"error", "access_denied"}};
    } else {
        consent given;
        given.account = who->id;
        given.redirect_uri = asked.get("redirect_uri");
        given.scope = asked.get("scope");
        given.user_scope = asked.get("user_scope");
        given.challenge = asked.get("code_challenge");
        const auto expires_at = now + std::chrono::seconds(common_.code_lifetime_s);
        added = {{"code", ledger_.add_code("1234567890.demo.", given, expires_at)}};
        ++counters_.authorizations;
    }
    if (asked.has("state")) {
        added.emplace_back("state", asked.get("state"));
    }
    return redirect(asked.get("redirect_uri"), added);
}

// "" where the client is who it says; HTTP Basic or the body, not both.
auto slack::client_problem(const sim_request& request, const parameters& form) const
    -> std::string {
    const bool in_header = request.header("authorization").has_value();
    if (in_header && form.has("client_secret")) {
        return "invalid_arguments";
    }
    const auto basic = basic_auth(request);
    if (in_header && !basic) {
        return "invalid_client_id";
    }
    if ((basic ? basic->id : form.get("client_id")) != common_.client_id) {
        return "invalid_client_id";
    }
    return (basic ? basic->secret : form.get("client_secret")) == common_.client_secret
               ? ""
               : "bad_client_secret";
}

auto slack::access(const sim_request& request, time_point now) -> sim_response {
    if (request.method != "POST" || !has_type(request, "application/x-www-form-urlencoded")) {
        return not_ok("invalid_post_type");
    }
    const parameters form(request.body);
    if (!form.problem().empty() || !request.query.empty()) {
        return not_ok("invalid_arguments");
    }
    if (const auto problem = client_problem(request, form); !problem.empty()) {
        return not_ok(problem);
    }
    const auto type = form.get("grant_type");
    if (type == "refresh_token") {
        return refresh(form, now);
    }
    return type.empty() || type == "authorization_code" ? exchange(form, now)
                                                        : not_ok("invalid_grant_type");
}

auto slack::token_fields(
    const std::string& slot, std::uint64_t grant, const std::string& scope, time_point now
) -> json {
    const auto kind = slot == "bot" ? std::string("xoxb-") : std::string("xoxp-");
    const auto text = ledger_.add_token(
        rotation_ ? "xoxe." + kind + "1-" : kind,
        {token_kind::access, grant, scope, slot, now, {}, false, {}},
        rotation_ ? common_.access_lifetime_s : never_expires
    );
    json fields = {{"access_token", text}, {"token_type", slot}, {"scope", scope}};
    if (rotation_) {
        fields["expires_in"] = common_.access_lifetime_s;
        fields["refresh_token"] = ledger_.add_token(
            "xoxe-1-", {token_kind::refresh, grant, scope, slot, now, {}, false, {}}, never_expires
        );
    }
    return fields;
}

// Bot and user tokens are families of their own.
auto slack::tokens_of(const std::string& slot, const consent& given, time_point now) -> json {
    return token_fields(
        slot, ledger_.add_grant(given), slot == "bot" ? given.scope : given.user_scope, now
    );
}

auto slack::installation(const account& who) const -> json {
    const auto team =
        std::to_string((who.number - 1) / std::max<std::int64_t>(users_per_team_, 1) + 1);
    return {
        {"app_id", "ADEMO"},
        {"bot_user_id", "UDEMOBOT" + team},
        {"team", {{"id", "TDEMO" + team}, {"name", "Demo Workspace " + team + " (demo data)"}}},
        {"enterprise", nullptr},
        {"is_enterprise_install", false}};
}

auto slack::exchange(const parameters& form, time_point now) -> sim_response {
    auto* code = ledger_.find_code(form.get("code"));
    if (code != nullptr && code->grant != 0) {
        ++counters_.code_reuses;
        return not_ok("code_already_used");
    }
    if (code == nullptr || now >= code->expires_at) {
        return not_ok("invalid_code");
    }
    const auto given = code->given;
    if (form.get("redirect_uri") != given.redirect_uri) {
        return not_ok("bad_redirect_uri");
    }
    const auto verifier = form.get("code_verifier");
    const bool matches = given.challenge.empty()
                             ? verifier.empty()
                             : verifier_is_well_formed(verifier) &&
                                   to_base64url(sha256(verifier)) == given.challenge;
    if (!matches) {
        return not_ok("invalid_code_verifier");
    }
    const auto who = *find_account(given.account, common_.accounts);
    code->grant = ledger_.add_grant(given);
    auto answer = installation(who);
    answer["ok"] = true;
    answer["authed_user"] = {{"id", "UDEMO" + std::to_string(who.number)}};
    if (!given.scope.empty()) {
        answer.update(tokens_of("bot", given, now));
    }
    if (!given.user_scope.empty()) {
        answer["authed_user"].update(tokens_of("user", given, now));
    }
    ++counters_.exchanges;
    return json_answer(200, answer);
}

auto slack::refresh(const parameters& form, time_point now) -> sim_response {
    auto* old = ledger_.find_token(form.get("refresh_token"));
    if (old != nullptr && old->rotated_at) {
        ++counters_.refresh_reuses;
    }
    old = ledger_.live_token(form.get("refresh_token"), token_kind::refresh, now);
    if (old == nullptr || !rotation_) {
        return not_ok("invalid_refresh_token");
    }
    old->rotated_at = now;
    const auto who = *find_account(ledger_.grant_of(*old).given.account, common_.accounts);
    auto answer = installation(who);
    answer["ok"] = true;
    answer.update(token_fields(old->slot, old->grant, old->scope, now));
    ++counters_.refreshes;
    return json_answer(200, answer);
}

auto slack::mint(const std::string& account, time_point now) -> json {
    const auto who = find_account(account, common_.accounts);
    if (!who) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = "chat:write,users:read";
    auto answer = tokens_of("bot", given, now);
    answer["account_id"] = installation(*who)["team"]["id"];
    return answer;
}

}  // namespace tenon::sim
