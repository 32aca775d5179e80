// LinkedIn: no PKCE, a client in the body only, refresh tokens for partners, whose year does not
// begin anew, and ID tokens without nonce.
#pragma once

#include "support/simulator/digest.hpp"
#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /oauth/v2/authorization, /oauth/v2/accessToken, /oauth/v2/revoke, /oauth/openid/jwks
// (www.linkedin.com), /v2/userinfo (api.linkedin.com).
class linkedin final : public oauth_provider {
  public:
    linkedin();
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto terms_of(const consent& given) const -> token_terms override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;
    auto elsewhere(const sim_request& request, time_point now)
        -> std::optional<sim_response> override;

  private:
    bool partner_ = true;                                    // approved: there are refresh tokens
    std::string issuer_ = "https://www.linkedin.com/oauth";  // older: https://www.linkedin.com
    signing_key key_;
};

}  // namespace tenon::sim
