// tenon-bench: each target of the design as a ratio taken in one run, beside its target. See
// README.md.
#include "benches.hpp"
#include "load.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>

namespace {

using namespace tenon::bench;

auto usage() -> int {
    std::cerr << "usage: tenon-bench BUILD_DIR [--million] [reads|flows|due|footprint|steps]...\n";
    return 2;
}

}  // namespace

auto main(int argc, char** argv) -> int {
    std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.empty()) {
        return usage();
    }
    const auto build = std::filesystem::absolute(arguments.front());
    arguments.erase(arguments.begin());
    const bool million = std::erase(arguments, "--million") > 0;
    const programs where{build / "bin/tenon", build / "bin/tenon-bench-peer"};
    const auto plugins = (build / "lib/tenon/plugins").string();

    report to;
    std::vector<std::pair<std::string, std::function<void()>>> all{
        {"footprint", [&] { measure_footprint(to, where); }},
        {"steps", [&] { measure_steps(to, plugins, where.host); }},
        {"reads", [&] { measure_reads(to, where); }},
        {"flows", [&] { measure_flows(to, where); }},
        {"due", [&] { measure_due(to, where); }}};
    if (million) {
        all.emplace_back("million", [&] { measure_million(to, where); });
        if (!arguments.empty()) {
            arguments.emplace_back("million");
        }
    }
    std::size_t known = 0;
    tenon::test::use_postgres_defaults();
    pin_to_servers();  // what is started from here on inherits it
    std::cout << processors() << " processors: the load generator on the last one, "
              << server_threads() << " thread(s) for each server on the others\n";
    for (const auto& [name, measure] : all) {
        const bool wanted =
            arguments.empty() || std::ranges::find(arguments, name) != arguments.end();
        known += wanted ? 1 : 0;
        if (!wanted) {
            continue;
        }
        try {
            measure();
        } catch (const std::exception& problem) {
            to.skip(name, problem.what());
        }
    }
    if (known == 0) {
        return usage();
    }
    if (!million) {
        to.skip("the same with 1,000,000 stored connections", "only with --million");
    }
    to.summary();
}
