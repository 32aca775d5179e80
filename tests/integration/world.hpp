// A whole deployment on loopback: the real binary, a database, a simulated provider, a browser and
// an application.
#pragma once

#include "support/canary.hpp"
#include "support/host_process.hpp"
#include "support/http_client.hpp"
#include "support/simulator/server.hpp"

#include <chrono>
#include <memory>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tenon::test {

enum class engine { sqlite, postgresql };
[[nodiscard]] auto name_of(engine which) -> std::string;

inline constexpr const char* operator_key = "integration-test-key-0123456789abcdefghij";
// On PostgreSQL; on SQLite the host makes its own.
inline constexpr const char* encryption_key =
    "5f1d3a7be2904c68a1b7d0f3928e6c4450ab19fe37c2d8867b3e90a4c5d1f20e";

struct world_options {
    std::string provider =
        "oidc";  // a simulator's name; oidc is served by the generic plugin as `demo`
    engine stored_in = engine::sqlite;
    // PostgreSQL: the role that serves, from a schema that is another's; empty: one role for both.
    std::string service_role;
    std::string client_secret = "demo-secret";
    std::string config;  // further lines of the host's configuration
    // Further lines of the provider's section, indented by four; `{provider}` stands for the
    // simulator's address.
    std::string provider_config;
    nlohmann::json settings = nlohmann::json::object();  // of the simulator
    int disk_megabytes = 0;                              // as host_options has it
    int connects_per_15_minutes = 0;                     // 0: any number
    int reads_per_second = 0;                            // 0: any number
    int callbacks_per_minute = 0;                        // 0: any number
};

class world {
  public:
    explicit world(world_options options = {});
    ~world();
    world(const world&) = delete;
    auto operator=(const world&) -> world& = delete;

    [[nodiscard]] auto host() -> host_process& { return *host_; }
    [[nodiscard]] auto provider() -> sim::stage& { return sim_->on_stage(); }
    // Another host of the same configuration on the same database; PostgreSQL only.
    [[nodiscard]] auto replica() -> std::unique_ptr<host_process>;
    // The provider's name in the API.
    [[nodiscard]] auto name() const -> const std::string& { return name_; }
    // A client of the operator's key, for one user. On the host's present address. It throws
    // std::runtime_error for an answer that is not as openapi.json says.
    [[nodiscard]] auto api(const std::string& user = "ann") -> http_client;
    // POST …/connect; the answer's JSON. `more` is merged into the body.
    auto begin(
        const std::string& user = "ann", const nlohmann::json& more = nlohmann::json::object()
    ) -> nlohmann::json;
    // The browser goes to authUrl, consents as that account, and is sent to the callback: its URL,
    // not yet followed.
    [[nodiscard]] static auto consent(
        const std::string& auth_url, const std::string& account = "u1"
    ) -> std::string;
    // GET the callback; the whole answer.
    auto visit(const std::string& url) -> http_response;
    // GET …/status: all of ann's integrations.
    [[nodiscard]] auto integrations() -> nlohmann::json;
    // `tenon audit verify`.
    [[nodiscard]] auto verify_audit() -> ended;
    // All three: where the callback sent the browser.
    auto connect(
        const std::string& user = "ann", const std::string& account = "u1",
        const nlohmann::json& more = nlohmann::json::object()
    ) -> std::string;
    // connect(), which must work out: the connection's id.
    auto connected(const std::string& user = "ann", const std::string& account = "u1")
        -> std::string;

    // Stops the host, lets all tokens be so much older than they are (a day and an hour), and
    // starts it again.
    void age_grants(std::chrono::milliseconds by = std::chrono::hours(25));
    // Nothing listens at the provider's address any more, and nothing may be asked of provider().
    void end_provider() { sim_.reset(); }
    // Every secret that went over the wire so far, either way: states, nonces, codes, verifiers,
    // tokens, client secrets of at least 12 characters, confirmation codes, the operator's key;
    // beside those of `watch`.
    [[nodiscard]] auto secrets(canary_watch watch = {}) -> canary_watch;
    // PostgreSQL: the database's name; empty on SQLite.
    [[nodiscard]] auto database() const -> const std::string& { return database_; }
    // Runs a statement beside the host.
    void change_database(const std::string& statement);
    // What a query beside the host answers: one number.
    [[nodiscard]] auto count(const std::string& query) -> std::int64_t;

    [[nodiscard]] auto token_path(const std::string& connection) const -> std::string;

  private:
    world_options options_;
    std::string name_;
    std::string database_;
    std::unique_ptr<sim::server> sim_;
    std::unique_ptr<host_process> host_;
    std::mutex mutex_;
    std::vector<std::string> states_;  // of all flows that were begun
    std::vector<std::string> confirmations_;
};

}  // namespace tenon::test
