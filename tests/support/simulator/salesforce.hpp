// Salesforce: tokens without expires_in, an instance_url and a signed identity beside them,
// rotation as an app's setting.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths, below each host's /services/oauth2: /authorize, /token, /revoke, /userinfo.
class salesforce final : public oauth_provider {
  public:
    salesforce();
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
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;

  private:
    bool rotation_ = false;             // "Refresh Token Rotation" of the app
    std::string instance_ = "acme.my";  // where the data is; it may move
};

}  // namespace tenon::sim
