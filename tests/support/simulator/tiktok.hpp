// TikTok Login Kit v2: client_key, commas between scopes, a hexadecimal challenge for desktop apps,
// rotation without grace.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>

namespace tenon::sim {

// Paths: /v2/auth/authorize/ (www.tiktok.com), /v2/oauth/token/, /v2/oauth/revoke/ and
// /v2/user/info/ (open.tiktokapis.com).
class tiktok final : public simulator {
  public:
    tiktok();
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    auto authorize(const sim_request& request, time_point now) -> sim_response;
    auto authorization_problem(const parameters& asked) const -> std::string;
    auto token_endpoint(const sim_request& request, time_point now) -> sim_response;
    auto form_problem(const sim_request& request, const parameters& form) const
        -> std::optional<sim_response>;
    auto exchange(const parameters& form, time_point now) -> sim_response;
    auto refresh(const parameters& form, time_point now) -> sim_response;
    auto revoke(const sim_request& request, time_point now) -> sim_response;
    auto user_info(const sim_request& request, time_point now) -> sim_response;
    auto issue(std::uint64_t grant, time_point now) -> nlohmann::json;
    auto refusal(std::string_view code, std::string_view description) const -> sim_response;

    common_settings common_;
    std::string app_ =
        "web";  // web: no PKCE; desktop: required, hexadecimal; mobile: required, base64url
    bool errors_with_200_ =
        false;  // the token endpoint's errors come with status 200, as has been seen
    std::int64_t refresh_lifetime_s_ = 15'552'000;
    ledger ledger_;
};

}  // namespace tenon::sim
