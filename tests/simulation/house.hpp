// What outlives a history because it costs more than one: the providers (their keys), the loaded
// plugins, the migrated database.
#pragma once

#include "plan.hpp"
#include "provider/registry.hpp"
#include "store/database.hpp"
#include "support/simulator/stage.hpp"

#include <memory>
#include <string>
#include <vector>

namespace tenon::simulation {

inline constexpr std::size_t most_hosts = 5;

// Two OpenID providers. `rotating`: refresh tokens are good for one use, and a second use ends all
// tokens of the consent. `plain`: they stay.
class house {
  public:
    house();
    ~house();
    house(const house&) = delete;
    auto operator=(const house&) -> house& = delete;

    // Everything forgotten, for the next history.
    void begin(const plan& what);

    // By the port of a URL.
    [[nodiscard]] auto stage_of(std::string_view url) -> sim::stage&;
    [[nodiscard]] static auto name_of(std::string_view url) -> std::string;
    [[nodiscard]] auto db() -> host::database& { return *db_; }
    // As of a machine: it stays loaded when the host there crashes.
    [[nodiscard]] auto registry_of(std::size_t machine) -> host::registry&;
    // That machine's plugin file holds another build, which its registry takes. False: it did not.
    [[nodiscard]] auto exchange_plugins(std::size_t machine) -> bool;
    // The files of the database, as they are.
    [[nodiscard]] auto database_bytes() const -> std::string;

  private:
    class straight_http;

    sim::stage rotating_, plain_;
    [[nodiscard]] auto plugins_of(std::size_t machine) const -> std::string;

    std::string folder_;
    std::unique_ptr<host::database> db_;
    std::vector<std::string> tables_;
    std::unique_ptr<straight_http> http_;
    std::unique_ptr<host::clock> clock_;
    std::vector<std::unique_ptr<host::registry>> registries_;
};

}  // namespace tenon::simulation
