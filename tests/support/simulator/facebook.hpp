// Facebook Login: a short-lived token, a long-lived one for it, pages' tokens, and appsecret_proof.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Paths, below /vN.N: /dialog/oauth (www.facebook.com), /oauth/access_token, /me, /me/permissions,
// /me/accounts and /PAGE (graph.facebook.com).
class facebook final : public simulator {
  public:
    facebook();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    auto dialog(const parameters& asked, time_point now) -> sim_response;
    auto dialog_problem(const parameters& asked) const -> std::string;
    auto consent_of(const account& who, const parameters& asked) const -> consent;
    auto token_endpoint(const sim_request& request, time_point now) -> sim_response;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto lengthen(const parameters& form, time_point now) -> sim_response;
    auto user_token(
        const std::string& slot, std::uint64_t grant, std::int64_t lifetime_s, time_point now
    ) -> nlohmann::json;

    // The Graph API.
    auto graph(const sim_request& request, const std::string& path, time_point now) -> sim_response;
    auto permissions(const token& used) const -> sim_response;
    auto me(const token& used, const parameters& query) -> sim_response;
    auto accounts(const token& used, const parameters& query, time_point now) -> sim_response;
    auto node(const token& used, const std::string& id, const parameters& query, time_point now)
        -> sim_response;
    auto page(const token& used, std::int64_t number, time_point now) -> nlohmann::json;
    auto proof_problem(const std::string& token, const parameters& query) const -> std::string;
    auto owner_of(const token& used) -> account;

    common_settings common_;
    bool require_proof_ = true;  // "Require App Secret": each call from a server is signed
    bool everlasting_ = false;   // no answer says expires_in, and no token ends
    std::int64_t pages_ = 2;     // that each person manages
    std::string config_id_;      // of Login for Business: asked for in the place of scopes
    std::vector<std::string> declined_scopes_;
    ledger ledger_;
};

}  // namespace tenon::sim
