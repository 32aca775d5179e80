#include "benches.hpp"
#include "load.hpp"
#include "support/postgres.hpp"

#include <set>
#include <stdexcept>

namespace tenon::bench {

using namespace std::chrono_literals;

namespace {

constexpr auto pgbench_program = "/usr/lib/postgresql/15/bin/pgbench";

auto run_pgbench(std::vector<std::string> arguments) -> std::string {
    const auto last = std::to_string(processors() - 1);
    std::vector<std::string> all{"/usr/bin/taskset", "-c", last, pgbench_program};
    all.insert(all.end(), arguments.begin(), arguments.end());
    const auto ended = test::run({all, {}, {}, {}, {}}, 120s);
    if (ended.code != 0) {
        throw std::runtime_error("pgbench: " + ended.err);
    }
    return ended.out;
}

}  // namespace

auto fresh_database(const std::string& name) -> std::string {
    test::create_postgres_database(name);
    return test::postgres_url(name);
}

auto pgbench(const std::string& database, const std::string& option) -> double {
    static std::set<std::string> initialized;
    const auto url = test::postgres_url(database);
    if (initialized.insert(database).second) {
        run_pgbench({"-i", "-q", "-s", "10", url});
    }
    const auto out = run_pgbench({option, "-n", "-M", "prepared", "-c", "16", "-T", "5", url});
    const auto at = out.find("tps = ");
    if (at == std::string::npos) {
        throw std::runtime_error("pgbench printed no tps: " + out);
    }
    return std::stod(out.substr(at + 6));
}

}  // namespace tenon::bench
