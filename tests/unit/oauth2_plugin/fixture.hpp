// The generic plugin, as it is shipped, under the host's own room, against the simulated OpenID
// provider.
#pragma once

#include "provider/operation.hpp"
#include "provider/registry.hpp"
#include "support/catch.hpp"
#include "support/simulator/in_process_http.hpp"
#include "support/simulator/oidc.hpp"
#include "unit/provider/fixture_run.hpp"
#include "unit/provider/show.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace tenon::test {

using namespace tenon::host;

inline constexpr const char* callback_url = "http://127.0.0.1:8080/api/integrations/callback/acme";

// RFC 7636 appendix B.
inline constexpr const char* verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
inline constexpr const char* challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

class standing_clock final : public clock {
  public:
    [[nodiscard]] auto now() const noexcept -> time_point override { return now_; }
    void advance(milliseconds by) { now_ += by; }

  private:
    time_point now_{milliseconds(1'790'000'000'000)};
};

using config_map = std::map<std::string, config_value>;

// A section `acme` of plugin oauth2 with the simulator's client; texts that begin with `{` or `[`
// are JSON.
[[nodiscard]] auto acme(const std::map<std::string, std::string>& config) -> provider_settings;
// With every address of the simulator, so that no discovery is needed.
[[nodiscard]] auto addresses() -> std::map<std::string, std::string>;

struct world {
    explicit world(
        provider_settings section, const nlohmann::json& simulator = nlohmann::json::object()
    );

    // Discovers if need be.
    auto instance() -> provider_handle;
    [[nodiscard]] auto entry() const -> provider_entry;
    auto perform(operation_request request) -> operation_result;

    auto authorize_url(std::map<std::string, std::string> connect = {}) -> std::string;
    // What the person's browser brings back, after consent.
    auto consent(std::map<std::string, std::string> connect = {}) -> sim::parameters;
    auto exchange(
        const std::string& code, std::map<std::string, std::string> connect = {},
        const std::string& reconnect = {}
    ) -> operation_result;
    auto connect() -> granted;  // all of it; requires success
    auto refresh(const granted& from) -> operation_result;
    auto profile(const granted& from, std::map<std::string, std::string> connect = {})
        -> operation_result;
    auto revoke(const granted& from) -> operation_result;

    standing_clock time;
    sim::stage scene;
    sim::in_process_http http{scene, time};
    registry providers;
    std::string scope = "openid profile email offline_access";
    bool with_pkce = true;
};

}  // namespace tenon::test
