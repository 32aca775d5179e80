// A whole deployment on loopback: the real binary, a database, a simulated provider, a browser and
// an application.
#pragma once

#include "support/host_process.hpp"
#include "support/http_client.hpp"
#include "support/simulator/server.hpp"

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

namespace tenon::test {

enum class engine { sqlite, postgresql };
[[nodiscard]] auto name_of(engine which) -> std::string;

inline constexpr const char* operator_key = "integration-test-key-0123456789abcdefghij";

struct world_options {
    std::string provider =
        "oidc";  // a simulator's name; oidc is served by the generic plugin as `demo`
    engine stored_in = engine::sqlite;
    std::string client_secret = "demo-secret";
    std::string config;           // further lines of the host's configuration
    std::string provider_config;  // further lines of the provider's section, indented by four
    nlohmann::json settings = nlohmann::json::object();  // of the simulator
};

class world {
  public:
    explicit world(world_options options = {});
    ~world();
    world(const world&) = delete;
    auto operator=(const world&) -> world& = delete;

    [[nodiscard]] auto host() -> host_process& { return *host_; }
    [[nodiscard]] auto provider() -> sim::stage& { return sim_->on_stage(); }
    // The provider's name in the API.
    [[nodiscard]] auto name() const -> const std::string& { return name_; }
    // A client of the operator's key, for one user. On the host's present address.
    [[nodiscard]] auto api(const std::string& user = "ann") -> http_client;
    // POST …/connect; the answer's JSON. `more` is merged into the body.
    auto begin(
        const std::string& user = "ann", const nlohmann::json& more = nlohmann::json::object()
    ) -> nlohmann::json;
    // The browser goes to authUrl, consents as that account, and is sent to the callback: its URL,
    // not yet followed.
    [[nodiscard]] auto consent(const std::string& auth_url, const std::string& account = "u1")
        -> std::string;
    // GET the callback; the whole answer.
    auto visit(const std::string& url) -> http_response;
    // All three: where the callback sent the browser.
    auto connect(
        const std::string& user = "ann", const std::string& account = "u1",
        const nlohmann::json& more = nlohmann::json::object()
    ) -> std::string;
    // connect(), which must work out: the connection's id.
    auto connected(const std::string& user = "ann", const std::string& account = "u1")
        -> std::string;

    [[nodiscard]] auto token_path(const std::string& connection) const -> std::string;

  private:
    world_options options_;
    std::string name_;
    std::unique_ptr<sim::server> sim_;
    std::unique_ptr<host_process> host_;
};

}  // namespace tenon::test
