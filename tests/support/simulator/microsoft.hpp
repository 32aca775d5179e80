// Microsoft: a tenant in the address, ID tokens whose issuer is the account's tenant, refresh
// tokens that are renewed without the old one dying, and no revocation.
#pragma once

#include "support/simulator/digest.hpp"
#include "support/simulator/oauth_provider.hpp"

namespace tenon::sim {

// Paths: /{tenant}/oauth2/v2.0/authorize, …/token, /{tenant}/discovery/v2.0/keys
// (login.microsoftonline.com), /v1.0/me (graph.microsoft.com).
class microsoft final : public oauth_provider {
  public:
    microsoft();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
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
    [[nodiscard]] auto told_scope(const std::vector<std::string>& granted) const
        -> nlohmann::json override;
    void dress(nlohmann::json& answer, const consent& given, time_point now) override;
    void dress_callback(header_list& added) override;
    auto elsewhere(const sim_request& request, time_point now)
        -> std::optional<sim_response> override;

  private:
    std::string tenant_ = "common";                             // in the address
    std::string tid_ = "72f988bf-86f1-41af-91ab-2d7cd011db47";  // the accounts' own tenant
    std::string named_tid_;  // what the ID token says of it, where it lies
    signing_key key_;
};

}  // namespace tenon::sim
