// Reddit: Basic always, a User-Agent that names who is asking, errors with status 200 or with
// numbers, and refresh tokens that stay.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /api/v1/authorize, /api/v1/access_token, /api/v1/revoke_token (www.reddit.com),
// /api/v1/me (oauth.reddit.com).
class reddit final : public oauth_provider {
  public:
    reddit();

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto head_problem(const sim_request& request) const
        -> std::optional<sim_response> override;
    [[nodiscard]] auto authorization_problem(const parameters& asked) const -> std::string override;
    [[nodiscard]] auto asks_offline(
        const parameters& asked, const std::vector<std::string>& granted
    ) const -> bool override;
    [[nodiscard]] auto revoked() const -> sim_response override;
};

}  // namespace tenon::sim
