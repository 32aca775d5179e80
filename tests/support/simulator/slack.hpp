// Slack OAuth v2: errors with status 200, a bot's and a user's token in one answer, rotation as an
// app's setting.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Paths, all of slack.com: /oauth/v2/authorize, /api/oauth.v2.access, /api/auth.revoke,
// /api/auth.test, /api/users.info.
class slack final : public simulator {
  public:
    slack();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    auto authorize(const sim_request& request, time_point now) -> sim_response;
    auto authorization_problem(const parameters& asked) const -> std::string;
    auto access(const sim_request& request, time_point now) -> sim_response;
    auto client_problem(const sim_request& request, const parameters& form) const -> std::string;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto refresh(const parameters& form, time_point now) -> sim_response;
    auto api(const sim_request& request, time_point now) -> sim_response;
    auto users_info(const parameters& arguments, const token& used) -> sim_response;
    // The HTTP status is 200 whatever happened.
    static auto not_ok(std::string_view error) -> sim_response;
    auto installation(const account& who) const -> nlohmann::json;
    auto tokens_of(const std::string& slot, const consent& given, time_point now) -> nlohmann::json;
    auto token_fields(
        const std::string& slot, std::uint64_t grant, const std::string& scope, time_point now
    ) -> nlohmann::json;

    common_settings common_;
    bool rotation_ = false;  // "token rotation" of the app: tokens expire and are refreshed
    bool pkce_ = false;      // the app opted in to PKCE; otherwise it must not be sent
    std::int64_t users_per_team_ = 1;  // so many accounts share a workspace
    ledger ledger_;
};

}  // namespace tenon::sim
