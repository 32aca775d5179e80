// Atlassian's OAuth 2.0 (3LO): an audience, sites behind the token, refresh tokens that rotate with
// ten minutes' grace, and a family that dies with a later reuse.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /authorize, /oauth/token (auth.atlassian.com), /oauth/token/accessible-resources and /me
// (api.atlassian.com).
class jira final : public oauth_provider {
  public:
    jira();
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto authorization_problem(const parameters& asked) const -> std::string override;
    [[nodiscard]] auto asks_offline(
        const parameters& asked, const std::vector<std::string>& granted
    ) const -> bool override;
    [[nodiscard]] auto terms_of(const consent& given) const -> token_terms override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;

  private:
    std::int64_t sites_ = 2;  // that each person lets the app into
    std::int64_t refresh_lifetime_s_ = 7'776'000;
};

}  // namespace tenon::sim
