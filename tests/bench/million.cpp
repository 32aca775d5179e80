#include "base/clock.hpp"
#include "benches.hpp"
#include "reading.hpp"
#include "store/database.hpp"
#include "store/grants.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace tenon::bench {

namespace {

using steady = std::chrono::steady_clock;

// The middle one of a thousand looks for what is due, in microseconds.
auto scheduler_look(const std::string& database) -> double {
    const auto db = host::open_database(test::postgres_url(database)).value();
    const auto look = [](host::sql_session& session) -> host::result<std::size_t> {
        return host::due_grants(session, host::system_clock().now(), 256).size();
    };
    std::vector<double> times;
    for (int i = 0; i < 1'000; ++i) {
        const auto begun = steady::now();
        if (db->as_service_now(host::access::read, look).has_error()) {
            throw std::runtime_error("what is due can't be read");
        }
        times.push_back(std::chrono::duration<double, std::micro>(steady::now() - begun).count());
    }
    std::ranges::nth_element(times, times.begin() + 500);
    return times[500];
}

struct size_figures {
    compared token;
    compared status;
    double look_us = 0;
};

auto figures_now(reading_stage& stage, const std::string& database) -> size_figures {
    return {stage.token_against_hello(), stage.status_against_hello(), scheduler_look(database)};
}

// Of other users, each to be refreshed at some time within a month.
void store_million(const std::string& database) {
    std::cout << "        storing 1,000,000 connections..." << std::endl;
    test::copy_connection(database, "account-0", 1'000'000, "'u' || n");
    test::postgres_command(
        database,
        "UPDATE grants SET next_refresh_at = expires_at - (random() * 2.5e9)::bigint "
        "WHERE account_id LIKE 'm%'"
    );
    test::postgres_command(database, "VACUUM ANALYZE");
}

}  // namespace

void measure_million(report& to, const programs& where) {
    const std::string database = "bench_million";
    reading_stage stage(where, database);
    const auto few = figures_now(stage, database);
    store_million(database);
    const auto many = figures_now(stage, database);
    to.add(
        {"token read with 1,000,000 connections stored, against the same with 10,000",
         many.token.ratio / few.token.ratio, 0.9, better::more, "",
         "many " + figures(many.token.mine) + "; few " + figures(few.token.mine)}
    );
    to.add(
        {"status with 1,000,000 connections stored, against the same with 10,000",
         many.status.ratio / few.status.ratio, 0.9, better::more, "",
         "many " + figures(many.status.mine) + "; few " + figures(few.status.mine)}
    );
    to.add(
        {"the scheduler's look for what is due among 1,000,000, against the same among 10,000",
         many.look_us / few.look_us, 1.1, better::less, "",
         "many " + rounded(many.look_us) + " us; few " + rounded(few.look_us) + " us"}
    );
    stage.host().stop();
}

}  // namespace tenon::bench
