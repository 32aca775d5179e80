// Asana: a state is required, the answer tells whose the tokens are, refresh tokens stay, and they
// alone can be revoked.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths, of app.asana.com: /-/oauth_authorize, /-/oauth_token, /-/oauth_revoke, /api/1.0/users/me.
class asana final : public oauth_provider {
  public:
    asana();

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto authorization_problem(const parameters& asked) const -> std::string override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;
    [[nodiscard]] auto revoked() const -> sim_response override;
};

}  // namespace tenon::sim
