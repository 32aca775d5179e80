// Linear: commas between scopes, rotation with half an hour's grace, GraphQL, and a token that
// revokes itself.
#pragma once

#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /oauth/authorize (linear.app), /oauth/token, /oauth/revoke and /graphql (api.linear.app).
class linear final : public oauth_provider {
  public:
    linear();
    [[nodiscard]] auto settings() -> setting_table override;

  protected:
    auto api(const sim_request& request, const token& used, const account& who)
        -> sim_response override;
    [[nodiscard]] auto account_id(const account& who) const -> std::string override;
    [[nodiscard]] auto unauthorized() const -> sim_response override;
    [[nodiscard]] auto authorization_problem(const parameters& asked) const -> std::string override;
    [[nodiscard]] auto told_scope(const std::vector<std::string>& granted) const
        -> nlohmann::json override;

  private:
    bool scopes_in_list_ = false;  // as older answers had them
};

}  // namespace tenon::sim
