// GitHub: OAuth apps, whose tokens never expire, and GitHub Apps, whose tokens may. Errors of the
// token endpoint come with status 200, and its answers are forms unless JSON is asked for.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /login/oauth/authorize, /login/oauth/access_token (github.com), /user, /user/emails,
// /applications/{client_id}/token and …/grant (api.github.com).
class github final : public oauth_provider {
  public:
    github();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto head_problem(const sim_request& request) const
        -> std::optional<sim_response> override;
    [[nodiscard]] auto terms_of(const consent& given) const -> token_terms override;
    [[nodiscard]] auto told_scope(const std::vector<std::string>& granted) const
        -> nlohmann::json override;
    auto elsewhere(const sim_request& request, time_point now)
        -> std::optional<sim_response> override;

  private:
    bool github_app_ = false;  // with expiring tokens; scopes are the app's own
};

}  // namespace tenon::sim
