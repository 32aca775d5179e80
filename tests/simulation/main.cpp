// tenon-simulation: histories until one breaks a rule, or the time is up. `./dev simulate`.
#include "simulation.hpp"

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>

namespace tenon::simulation {
namespace {

using steady = std::chrono::steady_clock;

struct wishes {
    double hours = 0;
    std::uint64_t count = 10'000;
    std::uint64_t seed = 1;
    std::string planted;
    bool tell = false;  // one history, with all that happens in it
};

auto run(const wishes& wanted) -> int {
    const auto fault = find_planted(wanted.planted);
    if (!fault && !wanted.planted.empty()) {
        std::cerr << "tenon-simulation: --planted: there is no fault '" << wanted.planted
                  << "'; known are:";
        for (const auto& one : planted_faults) {
            std::cerr << ' ' << one.name;
        }
        std::cerr << '\n';
        return 2;
    }
    const auto begun = steady::now();
    const std::chrono::duration<double, std::ratio<3600>> limit(wanted.hours);
    std::uint64_t ran = 0;
    std::int64_t refreshes = 0;
    course through;
    through.first = wanted.seed;
    through.count = wanted.hours > 0 ? UINT64_MAX : wanted.count;
    if (fault) {
        through.fault = fault->fault;
        through.rule = fault->rule;
    }
    through.told = [&](const verdict& one) {
        refreshes += one.refreshes;
        if (++ran % 1'000 == 0) {
            std::cout << ran << " histories\n" << std::flush;
        }
        return wanted.hours <= 0 || steady::now() - begun < limit;
    };
    house shared;
    if (wanted.tell) {
        const auto what = plan_for(wanted.seed, through.fault);
        const auto ended = play(shared, what, through.fault, [](const std::string& line) {
            std::cout << line << '\n';
        });
        std::cout << describe(what) << ended.violation << '\n';
        return ended.violation.empty() ? 0 : 1;
    }
    const auto found = search(shared, through);
    const std::chrono::duration<double> took = steady::now() - begun;
    if (found) {
        std::cout << describe(*found);
        return 1;
    }
    std::cout << ran << " histories in " << took.count() << " s, " << refreshes
              << " refreshes: no rule was broken\n";
    return 0;
}

}  // namespace
}  // namespace tenon::simulation

// NOLINTNEXTLINE(bugprone-exception-escape): where no house can be made the program ends with it
auto main(int argc, char** argv) -> int {
    tenon::simulation::wishes wanted;
    CLI::App app("Runs whole hosts through histories of chance, each from its seed.");
    app.add_option("--hours", wanted.hours, "how long, whatever the count");
    app.add_option("--count", wanted.count, "how many histories, where no hours are given");
    app.add_option("--seed", wanted.seed, "the first one's");
    app.add_option("--planted", wanted.planted, "breaks the hosts on purpose: a fault's name");
    app.add_flag("--tell", wanted.tell, "one history, with all that happens in it");
    CLI11_PARSE(app, argc, argv);
    return tenon::simulation::run(wanted);
}
