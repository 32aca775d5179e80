// The demo provider's token and revocation endpoints (RFC 6749 2.3, 4.1.3, 5, 6; RFC 7636 4.6; RFC
// 7009).
#include "support/simulator/oidc.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace tenon::sim {
namespace {

auto exchange_problem(const parameters& form, const issued_code& code, time_point now)
    -> std::string {
    if (now >= code.expires_at) {
        return "The code has expired";
    }
    if (form.get("redirect_uri") != code.given.redirect_uri) {
        return "redirect_uri is not the one of the authorization request";
    }
    const auto verifier = form.get("code_verifier");
    if (code.given.challenge.empty()) {
        return verifier.empty() ? "" : "A code_verifier came, but no code_challenge had been sent";
    }
    if (!verifier_is_well_formed(verifier)) {
        return "code_verifier is missing or malformed";
    }
    return to_base64url(sha256(verifier)) == code.given.challenge ? ""
                                                                  : "code_verifier does not match";
}

}  // namespace

using nlohmann::json;

auto oidc::read_body(const sim_request& request) const -> std::pair<parameters, std::string> {
    const bool as_json = request_format_ == "json";
    if (!has_type(request, as_json ? "application/json" : "application/x-www-form-urlencoded")) {
        const auto* wanted = as_json ? "application/json" : "application/x-www-form-urlencoded";
        return {parameters(std::string_view{}), std::string("the content type must be ") + wanted};
    }
    auto form = as_json ? parameters::from_json(request.body) : parameters(request.body);
    auto problem = form.problem();
    if (problem.empty() && !request.query.empty()) {
        problem = "parameters belong into the body, not into the URL";
    }
    return {std::move(form), std::move(problem)};
}

// RFC 6749 2.3: one method, the registered one.
auto oidc::client_problem(const sim_request& request, const parameters& form) const
    -> std::optional<sim_response> {
    const bool in_header = request.header("authorization").has_value();
    const bool in_body = form.has("client_secret");
    if (in_header && in_body) {
        return oauth_error(400, "invalid_request", "The client authenticates in two ways at once");
    }
    const bool takes_header =
        auth_method_.starts_with("client_secret_basic") || auth_method_ == "any";
    const bool takes_body = auth_method_ == "client_secret_post" || auth_method_ == "any";
    bool known = false;
    if (in_header && takes_header) {
        const auto given = basic_auth(request);
        const bool raw = auth_method_ == "client_secret_basic_raw";
        known = given && (raw ? given->raw_id : given->id) == common_.client_id &&
                (raw ? given->raw_secret : given->secret) == common_.client_secret &&
                (!form.has("client_id") || form.get("client_id") == common_.client_id);
    } else if (in_body && takes_body) {
        known = form.get("client_id") == common_.client_id &&
                form.get("client_secret") == common_.client_secret;
    } else if (auth_method_ == "none" && !in_header && !in_body) {
        known = form.get("client_id") == common_.client_id;
    }
    if (known) {
        return std::nullopt;
    }
    auto answer = oauth_error(
        401, "invalid_client", "Client authentication failed; expected " + auth_method_
    );
    if (in_header) {
        answer.headers.emplace_back("WWW-Authenticate", "Basic realm=\"demo\"");
    }
    return answer;
}

auto oidc::token_endpoint(const sim_request& request, time_point now) -> sim_response {
    const auto [form, problem] = read_body(request);
    sim_response answer;
    if (!problem.empty()) {
        answer = oauth_error(400, "invalid_request", problem);
    } else if (auto refused = client_problem(request, form)) {
        answer = std::move(*refused);
    } else if (form.get("grant_type") == "authorization_code") {
        answer = exchange(form, now);
    } else if (form.get("grant_type") == "refresh_token") {
        answer = refresh(form, now);
    } else if (!form.has("grant_type")) {
        answer = oauth_error(400, "invalid_request", "grant_type is missing");
    } else {
        answer = oauth_error(400, "unsupported_grant_type", "authorization_code or refresh_token");
    }
    counters_.refused += answer.status >= 400 ? 1 : 0;
    return answer;
}

void oidc::add_id_token(json& answer, std::uint64_t grant, time_point now) {
    const auto& of = ledger_.grant_at(grant);
    const auto scopes = split(of.given.scope, ' ');
    const bool openid = std::ranges::find(scopes, "openid") != scopes.end();
    if (openid && id_token_fault_ != "absent") {
        answer["id_token"] = id_token(of, now);
    }
}

auto oidc::exchange(const parameters& form, time_point now) -> sim_response {
    if (!form.has("code")) {
        return oauth_error(400, "invalid_request", "code is missing");
    }
    auto* code = ledger_.find_code(form.get("code"));
    if (code == nullptr) {
        return oauth_error(400, "invalid_grant", "The code is unknown");
    }
    if (code->grant != 0) {  // RFC 6749 4.1.2: what was issued for it is revoked too
        ++counters_.code_reuses;
        ledger_.grant_at(code->grant).revoked = true;
        return oauth_error(400, "invalid_grant", "The code was already used");
    }
    if (const auto problem = exchange_problem(form, *code, now); !problem.empty()) {
        return oauth_error(400, "invalid_grant", problem);
    }
    code->grant = ledger_.add_grant(code->given);
    auto answer = issue(code->grant, code->given.scope, code->given.offline, now);
    add_id_token(answer, code->grant, now);
    ++counters_.exchanges;
    return json_answer(200, answer);
}

auto oidc::reused(token& spent) -> sim_response {
    ++counters_.refresh_reuses;
    if (family_ && !ledger_.grant_of(spent).revoked) {
        ledger_.grant_of(spent).revoked = true;
        ++counters_.families_revoked;
    }
    return oauth_error(400, "invalid_grant", "The refresh token was already used");
}

auto oidc::refresh(const parameters& form, time_point now) -> sim_response {
    auto* old = ledger_.find_token(form.get("refresh_token"));
    if (old == nullptr || old->kind != token_kind::refresh || old->revoked ||
        now >= old->expires_at || ledger_.grant_of(*old).revoked) {
        if (old != nullptr && old->rotated_at) {
            ++counters_.refresh_reuses;
        }
        return oauth_error(
            400, "invalid_grant", "The refresh token is unknown, expired or revoked"
        );
    }
    if (old->rotated_at && now >= *old->rotated_at + std::chrono::seconds(reuse_grace_s_)) {
        return reused(*old);
    }
    auto scope = form.get("scope");
    const auto had = split(old->scope, ' ');
    for (const auto& wanted : split(scope, ' ')) {
        if (std::ranges::find(had, wanted) == had.end()) {
            return oauth_error(400, "invalid_scope", "A refresh never widens the scope: " + wanted);
        }
    }
    scope = scope.empty() ? old->scope : scope;
    const auto family = old->grant;
    if (rotation_ && !old->rotated_at) {
        old->rotated_at = now;
    }
    ++counters_.refreshes;
    auto answer = issue(family, scope, rotation_, now);
    if (refresh_id_token_) {
        add_id_token(answer, family, now);
    }
    return json_answer(200, answer);
}

auto oidc::revoke(const sim_request& request, time_point /*now*/) -> sim_response {
    const auto [form, problem] = read_body(request);
    std::optional<sim_response> refused;
    if (!problem.empty() || !form.has("token")) {
        refused =
            oauth_error(400, "invalid_request", problem.empty() ? "token is missing" : problem);
    } else {
        refused = client_problem(request, form);
    }
    if (refused) {
        ++counters_.refused;
        return *refused;
    }
    if (auto* found = ledger_.find_token(form.get("token")); found != nullptr) {
        found->revoked = true;
        if (found->kind == token_kind::refresh) {
            ledger_.grant_of(*found).revoked = true;
        }
        ++counters_.revokes;
    }
    return {200, {}, {}};  // an unknown token is as good as revoked (RFC 7009 2.2)
}

}  // namespace tenon::sim
