// OnlyFansAPI.com, an aggregator: an API key that never ends, and creators' accounts behind it.
#pragma once

#include "support/simulator/ledger.hpp"

#include <nlohmann/json_fwd.hpp>
#include <set>

namespace tenon::sim {

// Paths, all of app.onlyfansapi.com: GET /api/accounts, DELETE /api/accounts/{account},
// GET /api/{account}/me. The account u1 is acct_demo1 there.
class onlyfans final : public simulator {
  public:
    auto handle(const sim_request& request, time_point now) -> sim_response override;
    [[nodiscard]] auto settings() -> setting_table override;
    void reset() override;
    auto mint(const std::string& account, time_point now) -> nlohmann::json override;

  private:
    auto serve(const sim_request& request) -> sim_response;
    auto list_accounts() const -> sim_response;
    auto me(std::string_view account) -> sim_response;
    auto forget(const std::string& account) -> sim_response;
    // Nothing where the key has no such account.
    auto find(std::string_view account) const -> std::optional<tenon::sim::account>;

    std::string api_key_ = "ofapi_demo_0123456789abcdef";
    std::int64_t accounts_ = 2;  // acct_demo1 … are signed in
    bool session_over_ = false;  // OnlyFans has ended the creators' sessions
    std::set<std::string> forgotten_;
};

}  // namespace tenon::sim
