// Instagram API with Instagram Login: short-lived token by form, long-lived one by GET, and an
// access token that refreshes itself.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Paths: /oauth/authorize (www.instagram.com), /oauth/access_token (api.instagram.com),
// /access_token, /refresh_access_token and /vN.N/me (graph.instagram.com).
class instagram final : public simulator {
  public:
    instagram();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    auto authorize(const sim_request& request, time_point now) -> sim_response;
    auto short_lived(const sim_request& request, time_point now) -> sim_response;
    auto form_problem(const sim_request& request, const parameters& form) const -> std::string;
    auto long_lived(const parameters& query, time_point now) -> sim_response;
    auto refresh(const parameters& query, time_point now) -> sim_response;
    auto me(const sim_request& request, const parameters& query, time_point now) -> sim_response;
    auto long_token(std::uint64_t grant, const std::string& scope, time_point now)
        -> nlohmann::json;
    auto graph(const sim_request& request, time_point now) -> sim_response;

    common_settings common_;
    bool wrapped_ = false;  // token and profile inside {"data": [ … ]}, as the documentation shows;
                            // else flat, as seen
    std::int64_t refresh_after_s_ = 86'400;  // a token younger than this can't be refreshed
    ledger ledger_;
};

}  // namespace tenon::sim
