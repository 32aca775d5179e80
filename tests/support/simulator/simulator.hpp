// A simulated provider: strict, without a socket and without a clock of its own.
#pragma once

#include "base/clock.hpp"
#include "support/simulator/message.hpp"

#include <map>
#include <memory>
#include <variant>

namespace tenon::sim {

using host::time_point;

// What tests look at afterwards. A refused request counts as `refused` only.
struct counters {
    std::uint64_t authorizations = 0, denials = 0;  // consents given, and refused by the person
    std::uint64_t exchanges = 0, refreshes = 0, revokes = 0, profiles = 0;  // those that succeeded
    std::uint64_t code_reuses = 0;  // a code that was already taken
    std::uint64_t refresh_reuses =
        0;  // a refresh token that was already rotated away: what a host must never do
    std::uint64_t families_revoked = 0;
    std::uint64_t refused = 0;  // answers of 400 and above, or errors with 200

    [[nodiscard]] auto to_json() const -> nlohmann::json;
};

// A provider's switches, by name; they are set from a command line, by tests and over HTTP.
using setting = std::variant<bool*, std::int64_t*, std::string*, std::vector<std::string>*>;
using setting_table = std::map<std::string, setting, std::less<>>;

// Sets what the JSON object names. What is wrong (an unknown name, a wrong type), or "". All or
// nothing.
[[nodiscard]] auto apply_settings(const setting_table& table, const nlohmann::json& values)
    -> std::string;
[[nodiscard]] auto settings_to_json(const setting_table& table) -> nlohmann::json;

// The switches that all providers have.
struct common_settings {
    std::string client_id = "demo-client";
    std::string client_secret = "demo-secret";
    std::vector<std::string>
        redirect_uris;            // registered ones, compared exactly; none: any is taken
    std::string account = "u1";   // who consents where no login_hint says
    std::int64_t accounts = 100;  // u1 … uN exist
    bool deny = false;  // the person refuses; also by `deny=1` in the authorization request
    std::int64_t code_lifetime_s = 600;
    std::int64_t access_lifetime_s = 3600;

    void add_to(setting_table& table);
};

class simulator {
  public:
    virtual ~simulator() = default;
    // Answers one request. `now` never goes back. One thread at a time.
    virtual auto handle(const sim_request& request, time_point now) -> sim_response = 0;
    // The switches; pointers into this object.
    [[nodiscard]] virtual auto settings() -> setting_table = 0;
    // Forgets all codes and tokens and zeroes the counters; the settings stay.
    virtual void reset() = 0;
    // Tokens of a fresh grant for that account, as the token endpoint would answer them:
    // connections without a browser, for benchmarks and imports. Null where there is no such
    // account.
    virtual auto mint(const std::string& account, time_point now) -> nlohmann::json = 0;
    [[nodiscard]] auto count() const -> const counters& { return counters_; }

  protected:
    counters counters_;
};

// All there are, by the provider's name.
using simulator_maker = std::unique_ptr<simulator> (*)();
[[nodiscard]] auto simulators() -> const std::map<std::string, simulator_maker, std::less<>>&;
// Null where there is none of that name.
[[nodiscard]] auto make_simulator(std::string_view provider) -> std::unique_ptr<simulator>;

}  // namespace tenon::sim
