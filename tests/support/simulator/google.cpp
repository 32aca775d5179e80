#include "support/simulator/google.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

using nlohmann::json;

auto subject(const account& who) -> std::string {
    return std::to_string(110'248'495'921'238'000 + who.number);
}

auto discovery(std::string_view issuer) -> sim_response {
    return json_answer(
        200,
        {{"issuer", issuer},
         {"authorization_endpoint", "https://accounts.google.com/o/oauth2/v2/auth"},
         {"token_endpoint", "https://oauth2.googleapis.com/token"},
         {"userinfo_endpoint", "https://openidconnect.googleapis.com/v1/userinfo"},
         {"revocation_endpoint", "https://oauth2.googleapis.com/revoke"},
         {"jwks_uri", "https://www.googleapis.com/oauth2/v3/certs"},
         {"response_types_supported", {"code"}},
         {"subject_types_supported", {"public"}},
         {"id_token_signing_alg_values_supported", {"RS256"}},
         {"token_endpoint_auth_methods_supported", {"client_secret_post", "client_secret_basic"}},
         {"code_challenge_methods_supported", {"plain", "S256"}}}
    );
}

}  // namespace

auto google::settings() -> setting_table {
    setting_table table{
        {"iss", &iss_},
        {"refresh_lifetime_s", &refresh_lifetime_s_},
        {"declined_scopes", &declined_scopes_}};
    common_.add_to(table);
    return table;
}

void google::reset() {
    ledger_.clear();
    consented_.clear();
    counters_ = {};
}

auto google::handle(const sim_request& request, time_point now) -> sim_response {
    sim_response answer = json_answer(
        404, {{"error", {{"code", 404}, {"message", "Not found"}, {"status", "NOT_FOUND"}}}}
    );
    if (request.path == "/token" || request.path == "/revoke") {
        answer = request.method != "POST"   ? wrong_method("POST")
                 : request.path == "/token" ? token_endpoint(request, now)
                                            : revoke(request);
    } else if (request.method != "GET") {
        answer = wrong_method("GET");
    } else if (request.path == "/o/oauth2/v2/auth") {
        answer = authorize(request, now);
    } else if (request.path == "/v1/userinfo") {
        answer = userinfo(request, now);
    } else if (request.path == "/oauth2/v3/certs") {
        answer = json_answer(200, key_.jwks());
    } else if (request.path == "/.well-known/openid-configuration") {
        answer = discovery(issuer);
    }
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

auto google::client_problem(const sim_request& request, const parameters& form) const
    -> std::optional<sim_response> {
    const bool in_header = request.header("authorization").has_value();
    if (in_header && form.has("client_secret")) {
        return oauth_error(400, "invalid_request", "The client authenticates in two ways at once");
    }
    const auto basic = basic_auth(request);
    const auto id = basic ? basic->id : form.get("client_id");
    const auto secret = basic ? basic->secret : form.get("client_secret");
    if (id != common_.client_id) {
        return oauth_error(401, "invalid_client", "The OAuth client was not found.");
    }
    if (secret != common_.client_secret) {
        return oauth_error(401, "invalid_client", "Unauthorized");
    }
    return std::nullopt;
}

auto google::token_endpoint(const sim_request& request, time_point now) -> sim_response {
    const parameters form(request.body);
    if (!has_type(request, "application/x-www-form-urlencoded") || !form.problem().empty() ||
        !request.query.empty()) {
        return oauth_error(
            400, "invalid_request", "A form in the body is needed. " + form.problem()
        );
    }
    if (auto refused = client_problem(request, form)) {
        return *refused;
    }
    if (form.get("grant_type") == "authorization_code") {
        return exchange(form, now);
    }
    return form.get("grant_type") == "refresh_token"
               ? refresh(form, now)
               : oauth_error(
                     400, "unsupported_grant_type", "Invalid grant_type: " + form.get("grant_type")
                 );
}

auto google::issue(std::uint64_t grant, bool with_refresh, time_point now) -> json {
    const auto& given = ledger_.grant_at(grant).given;
    const auto text = ledger_.add_token(
        "ya29.demo", {token_kind::access, grant, given.scope, {}, now, {}, false, {}},
        common_.access_lifetime_s
    );
    json answer = {
        {"access_token", text},
        {"expires_in", common_.access_lifetime_s - 1},
        {"scope", given.scope},
        {"token_type", "Bearer"}};
    if (with_refresh) {
        answer["refresh_token"] = ledger_.add_token(
            "1//0demo", {token_kind::refresh, grant, given.scope, {}, now, {}, false, {}},
            refresh_lifetime_s_
        );
        if (refresh_lifetime_s_ != never_expires) {
            answer["refresh_token_expires_in"] = refresh_lifetime_s_ - 1;
        }
    }
    if (lists(given.scope, ' ', "openid")) {
        const auto who = *find_account(given.account, common_.accounts);
        json claims = {
            {"iss", issuer},
            {"sub", subject(who)},
            {"aud", common_.client_id},
            {"azp", common_.client_id},
            {"iat", to_seconds(now)},
            {"exp", to_seconds(now) + 3600}};
        if (!given.nonce.empty()) {
            claims["nonce"] = given.nonce;
        }
        answer["id_token"] = key_.sign(claims);
    }
    return answer;
}

auto google::exchange(const parameters& form, time_point now) -> sim_response {
    auto* code = ledger_.find_code(form.get("code"));
    if (code == nullptr || code->grant != 0 || now >= code->expires_at) {
        if (code != nullptr && code->grant != 0) {
            ++counters_.code_reuses;
        }
        return oauth_error(400, "invalid_grant", "Malformed auth code.");
    }
    if (form.get("redirect_uri") != code->given.redirect_uri) {
        return oauth_error(400, "redirect_uri_mismatch", "Bad Request");
    }
    const auto verifier = form.get("code_verifier");
    const bool matches = code->given.challenge.empty()
                             ? verifier.empty()
                             : verifier_is_well_formed(verifier) &&
                                   to_base64url(sha256(verifier)) == code->given.challenge;
    if (!matches) {
        return oauth_error(
            400, "invalid_grant",
            verifier.empty() ? "Missing code verifier." : "Invalid code verifier."
        );
    }
    code->grant = ledger_.add_grant(code->given);
    ++counters_.exchanges;
    return json_answer(200, issue(code->grant, code->given.offline, now));
}

auto google::refresh(const parameters& form, time_point now) -> sim_response {
    const auto* found = ledger_.live_token(form.get("refresh_token"), token_kind::refresh, now);
    if (found == nullptr) {
        return oauth_error(400, "invalid_grant", "Token has been expired or revoked.");
    }
    ++counters_.refreshes;
    return json_answer(200, issue(found->grant, false, now));
}

auto google::revoke(const sim_request& request) -> sim_response {
    const parameters form(request.body);
    if (!form.problem().empty()) {
        return oauth_error(400, "invalid_request", form.problem());
    }
    auto* found = ledger_.find_token(form.get("token"));
    if (!has_type(request, "application/x-www-form-urlencoded") || found == nullptr ||
        ledger_.grant_of(*found).revoked) {
        return oauth_error(400, "invalid_token", "Token expired or revoked");
    }
    ledger_.grant_of(*found).revoked = true;  // the whole grant, whichever token it was
    consented_.erase(ledger_.grant_of(*found).given.account);
    ++counters_.revokes;
    return json_answer(200, json::object());
}

auto google::userinfo(const sim_request& request, time_point now) -> sim_response {
    const auto* found = ledger_.live_token(bearer(request), token_kind::access, now);
    if (found == nullptr) {
        return bearer_error(401, "invalid_request", "Invalid Credentials");
    }
    const auto who = *find_account(ledger_.grant_of(*found).given.account, common_.accounts);
    json claims = {{"sub", subject(who)}};
    if (lists(found->scope, ' ', "profile")) {
        claims.update(
            {{"name", who.name},
             {"given_name", "Demo"},
             {"family_name", "User"},
             {"picture", who.avatar_url}}
        );
    }
    if (lists(found->scope, ' ', "email")) {
        claims.update({{"email", who.email}, {"email_verified", true}});
    }
    ++counters_.profiles;
    return json_answer(200, claims);
}

auto google::mint(const std::string& account, time_point now) -> json {
    const auto who = find_account(account, common_.accounts);
    if (!who) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = "profile email";  // without openid: no signature for each of thousands
    auto answer = issue(ledger_.add_grant(given), true, now);
    answer["account_id"] = subject(*who);
    return answer;
}

}  // namespace tenon::sim
