// Discord: forms only, a User-Agent of its own form, and a revocation that ends all at once.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths, all of discord.com: /oauth2/authorize, /api/oauth2/token, /api/oauth2/token/revoke,
// /api/v10/users/@me.
class discord final : public oauth_provider {
  public:
    discord();

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto head_problem(const sim_request& request) const
        -> std::optional<sim_response> override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;
    [[nodiscard]] auto revoked() const -> sim_response override;
};

}  // namespace tenon::sim
