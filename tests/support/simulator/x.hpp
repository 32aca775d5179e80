// X: PKCE always, codes of 30 seconds, refresh tokens that are good once, and a revocation that
// ends one token only.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /i/oauth2/authorize (x.com), /2/oauth2/token, /2/oauth2/revoke, /2/users/me (api.x.com).
class x final : public oauth_provider {
  public:
    x();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto refusal(mistake what, const std::string& why) const -> sim_response override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto asks_offline(
        const parameters& asked, const std::vector<std::string>& granted
    ) const -> bool override;
    [[nodiscard]] auto revoked() const -> sim_response override;

  private:
    bool public_client_ = false;
};

}  // namespace tenon::sim
