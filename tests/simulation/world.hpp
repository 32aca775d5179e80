// One history, from its plan to its end.
#pragma once

#include "leaks.hpp"
#include "process.hpp"
#include "watch.hpp"

#include <array>
#include <map>
#include <memory>
#include <string>

namespace tenon::simulation {

// What became of a history; empty: it kept the rules.
struct verdict {
    std::string violation;
    std::int64_t points = 0;
    std::int64_t refreshes = 0;
};

class world {
  public:
    world(
        house& shared, const plan& what, planted_fault fault,
        std::function<void(const std::string& line)> told
    );
    ~world();
    world(const world&) = delete;
    auto operator=(const world&) -> world& = delete;

    [[nodiscard]] auto play() -> verdict;

  private:
    friend class user;

    // A machine: it outlives the processes that run on it.
    struct machine {
        explicit machine(const timeline& time) : clock(time) {}
        machine_clock clock;
        host::keyring keys;
        std::unique_ptr<process> running;
        int lives = 0;
        time_point frozen_until{};
    };

    void start(std::size_t which);
    void crash(std::size_t which);
    void freeze(std::size_t which, milliseconds span);
    void jump(std::size_t which, milliseconds by);
    void rotate_keys();
    void promote(std::size_t which, const std::string& key);
    void strike(std::size_t which, const mishap& what);

    void begin_acts();
    void run_until(time_point end);
    // Until every host waits for something.
    void settle();
    auto run_hosts() -> bool;

    // ending.cpp: the calm after the storm, and what must be true then.
    void calm_down();
    void heal();
    void check_ending();
    void check_hands();
    void check_due(time_point at);
    void check_grant(const stored_grant& grant);
    void check_intents();
    void check_leaks();

    house& house_;
    chronicle all_;
    seeded_random random_;
    book tokens_;
    host::keyring every_key_;
    host::sealer opener_;
    grant_watch watch_;
    log_lines log_;
    simulated_http::surroundings around_;
    std::vector<std::unique_ptr<machine>> machines_;
    // What a user knows of his connection; by user, provider and account.
    struct known_connection {
        std::optional<time_point> left_at;  // his disconnect was answered then, and no connect came
        time_point returned_at{};           // the last return from the provider
        int open_returns = 0;               // that no host has answered
    };
    std::map<std::string, known_connection> connections_;
};

}  // namespace tenon::simulation
