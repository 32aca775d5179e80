// Google: OpenID Connect, `iss` on the callback, and a refresh token only for the first offline
// consent, never rotated.
#pragma once

#include "support/simulator/digest.hpp"
#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>
#include <set>

namespace tenon::sim {

// Paths: /o/oauth2/v2/auth and /.well-known/openid-configuration (accounts.google.com), /token and
// /revoke (oauth2.googleapis.com), /oauth2/v3/certs (www.googleapis.com), /v1/userinfo
// (openidconnect.googleapis.com).
class google final : public simulator {
  public:
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    static constexpr std::string_view issuer = "https://accounts.google.com";

    auto authorize(const sim_request& request, time_point now) -> sim_response;
    auto authorization_problem(const parameters& asked) const -> std::string;
    auto token_endpoint(const sim_request& request, time_point now) -> sim_response;
    auto client_problem(const sim_request& request, const parameters& form) const
        -> std::optional<sim_response>;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto refresh(const parameters& form, time_point now) -> sim_response;
    auto revoke(const sim_request& request) -> sim_response;
    auto userinfo(const sim_request& request, time_point now) -> sim_response;
    auto issue(std::uint64_t grant, bool with_refresh, time_point now) -> nlohmann::json;

    common_settings common_;
    bool iss_ = true;  // the callback carries `iss`
    std::int64_t refresh_lifetime_s_ =
        never_expires;                          // of time-limited grants: refresh_token_expires_in
    std::vector<std::string> declined_scopes_;  // what the person unticks
    std::set<std::string> consented_;
    ledger ledger_;
    signing_key key_;
};

}  // namespace tenon::sim
