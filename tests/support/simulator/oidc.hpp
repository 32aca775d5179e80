// The demo provider: OAuth 2.0 and OpenID Connect as the RFCs have them, with a switch for each
// liberty that they leave.
#pragma once

#include "support/simulator/digest.hpp"
#include "support/simulator/ledger.hpp"

#include <map>
#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Paths: /.well-known/openid-configuration and /oauth-authorization-server, /authorize, /token,
// /userinfo, /revoke, /jwks. /authorize shows a page with Allow and Cancel, unless `auto_consent`
// is set, `prompt=none` is asked for, or the request has the header `X-Simulator-Consent: allow` or
// `deny`.
class oidc final : public simulator {
  public:
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    enum class decision { ask, allow, deny };

    auto discovery() const -> sim_response;
    auto authorize(const sim_request& request, time_point now) -> sim_response;
    auto decided(const sim_request& request, time_point now) -> sim_response;
    auto answer_consent(
        const parameters& asked, decision choice, const std::string& who, time_point now
    ) -> sim_response;
    auto authorization_problem(const parameters& asked) const
        -> std::pair<std::string, std::string>;
    auto pkce_problem(const parameters& asked) const -> std::string;
    auto consent_page(const std::string& query, const parameters& asked) const -> sim_response;

    auto token_endpoint(const sim_request& request, time_point now) -> sim_response;
    auto read_body(const sim_request& request) const -> std::pair<parameters, std::string>;
    auto client_problem(const sim_request& request, const parameters& form) const
        -> std::optional<sim_response>;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto refresh(const parameters& form, time_point now) -> sim_response;
    auto reused(token& spent) -> sim_response;
    auto revoke(const sim_request& request, time_point now) -> sim_response;
    auto userinfo(const sim_request& request, time_point now) -> sim_response;

    auto issue(std::uint64_t grant, const std::string& scope, bool with_refresh, time_point now)
        -> nlohmann::json;
    void add_id_token(nlohmann::json& answer, std::uint64_t grant, time_point now);
    auto id_token(const grant& of, time_point now) -> std::string;

    common_settings common_;
    std::string issuer_ = "http://127.0.0.1";          // the server sets its own address
    std::string pkce_ = "required";                    // required, supported, never
    std::string auth_method_ = "client_secret_basic";  // …_basic, …_basic_raw, …_post, none, any
    std::string request_format_ = "form";              // form, json: of the token endpoint
    std::string expires_in_ = "number";                // number, string, absent
    std::string id_token_fault_ = "none";  // none, issuer, audience, expired, nonce, signature,
                                           // alg_none, subject, azp, absent
    std::vector<std::string> scopes_ = {
        "openid", "profile", "email", "offline_access", "posts.read"};
    bool auto_consent_ = false;
    bool rotation_ = true;  // a refresh returns a new refresh token and ends the old one
    bool family_ =
        true;          // reuse of a rotated one revokes all tokens of the consent (RFC 9700 4.14.2)
    bool iss_ = true;  // `iss` in the authorization response, and promised by discovery (RFC 9207)
    bool offline_access_ =
        true;  // a refresh token needs the scope offline_access (OpenID Connect Core 11)
    bool refresh_id_token_ = false;  // a refresh brings an ID token too (OpenID Connect Core 12.2)
    bool revocation_ = true;
    bool jwks_ = true, userinfo_ = true;  // what its metadata tells of
    bool pushed_only_ = false;            // authorization requests must be pushed (RFC 9126)
    std::int64_t reuse_grace_s_ = 0;
    std::int64_t refresh_lifetime_s_ = never_expires;
    std::int64_t signing_key_ = 1;  // another number: another key, and the others are forgotten
    ledger ledger_;
    std::map<std::int64_t, signing_key> keys_;
};

}  // namespace tenon::sim
