// Notion: no scopes, JSON with HTTP Basic, a version in each request, tokens without expires_in.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths, below /v1 of api.notion.com: /oauth/authorize, /oauth/token, /oauth/revoke, /users/me.
class notion final : public oauth_provider {
  public:
    notion();
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto head_problem(const sim_request& request) const
        -> std::optional<sim_response> override;
    [[nodiscard]] auto authorization_problem(const parameters& asked) const -> std::string override;
    [[nodiscard]] auto terms_of(const consent& given) const -> token_terms override;
    [[nodiscard]] auto told_scope(const std::vector<std::string>& granted) const
        -> nlohmann::json override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;
    [[nodiscard]] auto revoked() const -> sim_response override;

  private:
    [[nodiscard]] auto owner_of(const account& who) const -> nlohmann::json;

    bool refreshable_ = true;    // older apps get no refresh token
    bool of_workspace_ = false;  // the app is the workspace's, and no person's
};

}  // namespace tenon::sim
