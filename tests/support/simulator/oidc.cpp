#include "support/simulator/oidc.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {

using nlohmann::json;

auto oidc::settings() -> setting_table {
    setting_table table{
        {"issuer", &issuer_},
        {"pkce", &pkce_},
        {"auth_method", &auth_method_},
        {"request_format", &request_format_},
        {"expires_in", &expires_in_},
        {"id_token_fault", &id_token_fault_},
        {"scopes", &scopes_},
        {"auto_consent", &auto_consent_},
        {"rotation", &rotation_},
        {"family", &family_},
        {"iss", &iss_},
        {"offline_access", &offline_access_},
        {"refresh_id_token", &refresh_id_token_},
        {"revocation", &revocation_},
        {"jwks", &jwks_},
        {"userinfo", &userinfo_},
        {"pushed_only", &pushed_only_},
        {"signing_key", &signing_key_},
        {"reuse_grace_s", &reuse_grace_s_},
        {"refresh_lifetime_s", &refresh_lifetime_s_}};
    common_.add_to(table);
    return table;
}

void oidc::reset() {
    ledger_.clear();
    counters_ = {};
}

auto oidc::handle(const sim_request& request, time_point now) -> sim_response {
    const auto& path = request.path;
    if (path == "/.well-known/openid-configuration" ||
        path == "/.well-known/oauth-authorization-server") {
        return request.method == "GET" ? discovery() : wrong_method("GET");
    }
    if (path == "/jwks") {
        return request.method == "GET" ? json_answer(200, keys_[signing_key_].jwks())
                                       : wrong_method("GET");
    }
    if (path == "/authorize") {
        return request.method == "GET" ? authorize(request, now) : wrong_method("GET");
    }
    if (path == "/authorize/decision") {
        return request.method == "POST" ? decided(request, now) : wrong_method("POST");
    }
    if (path == "/token") {
        return request.method == "POST" ? token_endpoint(request, now) : wrong_method("POST");
    }
    if (path == "/revoke" && revocation_) {
        return request.method == "POST" ? revoke(request, now) : wrong_method("POST");
    }
    if (path == "/userinfo") {
        return request.method == "GET" || request.method == "POST" ? userinfo(request, now)
                                                                   : wrong_method("GET, POST");
    }
    return json_answer(404, {{"error", "not_found"}});
}

auto oidc::discovery() const -> sim_response {
    const auto method =
        auth_method_ == "client_secret_basic_raw" ? "client_secret_basic" : auth_method_;
    json document = {
        {"issuer", issuer_},
        {"authorization_endpoint", issuer_ + "/authorize"},
        {"token_endpoint", issuer_ + "/token"},
        {"userinfo_endpoint", issuer_ + "/userinfo"},
        {"jwks_uri", issuer_ + "/jwks"},
        {"scopes_supported", scopes_},
        {"response_types_supported", {"code"}},
        {"grant_types_supported", {"authorization_code", "refresh_token"}},
        {"subject_types_supported", {"public"}},
        {"id_token_signing_alg_values_supported", {"RS256"}},
        {"authorization_response_iss_parameter_supported", iss_}};
    document["token_endpoint_auth_methods_supported"] =
        method == "any" ? json{"client_secret_basic", "client_secret_post"} : json::array({method});
    if (pkce_ != "never") {
        document["code_challenge_methods_supported"] = {"S256"};
    }
    if (!jwks_) {
        document.erase("jwks_uri");
    }
    if (!userinfo_) {
        document.erase("userinfo_endpoint");
    }
    if (pushed_only_) {
        document["require_pushed_authorization_requests"] = true;
    }
    if (revocation_) {
        document["revocation_endpoint"] = issuer_ + "/revoke";
    }
    return json_answer(200, document);
}

auto oidc::issue(std::uint64_t grant, const std::string& scope, bool with_refresh, time_point now)
    -> json {
    const auto access = ledger_.add_token(
        "demo-at-", {token_kind::access, grant, scope, {}, now, {}, false, {}},
        common_.access_lifetime_s
    );
    json answer = {{"access_token", access}, {"token_type", "Bearer"}, {"scope", scope}};
    if (expires_in_ == "number") {
        answer["expires_in"] = common_.access_lifetime_s;
    } else if (expires_in_ == "string") {
        answer["expires_in"] = std::to_string(common_.access_lifetime_s);
    }
    if (with_refresh) {
        answer["refresh_token"] = ledger_.add_token(
            "demo-rt-", {token_kind::refresh, grant, scope, {}, now, {}, false, {}},
            refresh_lifetime_s_
        );
    }
    return answer;
}

auto oidc::mint(const std::string& account, time_point now) -> json {
    if (!find_account(account, common_.accounts)) {
        return nullptr;
    }
    consent given;
    given.account = account;
    given.scope = join(scopes_, " ");
    given.offline = true;
    auto answer = issue(ledger_.add_grant(given), given.scope, true, now);
    answer["account_id"] = account;
    return answer;
}

auto oidc::id_token(const grant& of, time_point now) -> std::string {
    const auto& fault = id_token_fault_;
    const auto seconds = to_seconds(now) - (fault == "expired" ? 7200 : 0);
    json claims = {
        {"iss", fault == "issuer" ? "https://evil.invalid" : issuer_},
        {"sub", fault == "subject" ? "u0" : of.given.account},
        {"aud", fault == "audience" ? "another-client" : common_.client_id},
        {"iat", seconds},
        {"exp", seconds + 600}};
    if (fault == "azp") {
        claims["azp"] = common_.client_id;
    }
    if (!of.given.nonce.empty()) {
        claims["nonce"] = fault == "nonce" ? "another-nonce" : of.given.nonce;
    }
    auto signed_token = keys_[signing_key_].sign(claims);
    if (fault == "signature") {
        auto& last = signed_token[signed_token.size() - 10];
        last = last == 'A' ? 'B' : 'A';
    }
    if (fault == "alg_none") {
        return to_base64url(R"({"alg":"none"})") + '.' + to_base64url(claims.dump()) + '.';
    }
    return signed_token;
}

auto oidc::userinfo(const sim_request& request, time_point now) -> sim_response {
    const auto text = bearer(request);
    if (text.empty()) {
        auto answer = json_answer(
            401,
            {{"error", "invalid_request"}, {"error_description", "no bearer token in the header"}}
        );
        answer.headers.emplace_back("WWW-Authenticate", "Bearer");
        return answer;
    }
    const auto* found = ledger_.live_token(text, token_kind::access, now);
    if (found == nullptr) {
        return bearer_error(
            401, "invalid_token", "The access token is unknown, expired or revoked"
        );
    }
    const auto scopes = split(found->scope, ' ');
    const auto granted = [&](std::string_view scope) {
        return std::ranges::find(scopes, scope) != scopes.end();
    };
    if (!granted("openid")) {
        return bearer_error(403, "insufficient_scope", "The scope openid is needed");
    }
    const auto who = find_account(ledger_.grant_of(*found).given.account, common_.accounts);
    json claims = {{"sub", who->id}, {"demo", "This is demo data of a simulated provider"}};
    if (granted("profile")) {
        claims.update(
            {{"name", who->name},
             {"preferred_username", who->username},
             {"picture", who->avatar_url}}
        );
    }
    if (granted("email")) {
        claims.update({{"email", who->email}, {"email_verified", true}});
    }
    ++counters_.profiles;
    return json_answer(200, claims);
}

}  // namespace tenon::sim
