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

constexpr std::size_t looks = 2'000;

template <class Read>
auto time_of(host::database& db, const Read& read) -> double {
    const auto begun = steady::now();
    if (db.as_service_now(host::access::read, read).has_error()) {
        throw std::runtime_error("the database can't be read");
    }
    return std::chrono::duration<double, std::micro>(steady::now() - begun).count();
}

auto middle(std::vector<double> times) -> double {
    const auto half = times.begin() + static_cast<std::ptrdiff_t>(times.size() / 2);
    std::ranges::nth_element(times, half);
    return *half;
}

// Of looks for what is due, the middle one, in microseconds; and of looks at nothing, which take
// turns with them: what else the processors are at makes both longer.
struct look_times {
    double due_us = 0;
    double nothing_us = 0;
    [[nodiscard]] auto ratio() const -> double { return due_us / nothing_us; }
};

auto scheduler_look(const std::string& database) -> look_times {
    const auto db = host::open_database(test::postgres_url(database)).value();
    const auto due = [](host::sql_session& session) -> host::result<std::size_t> {
        return host::due_grants(session, host::system_clock().now(), 256).size();
    };
    const auto nothing = [](host::sql_session& session) -> host::result<std::size_t> {
        return run(session, "SELECT 1").size();
    };
    std::vector<double> due_times;
    std::vector<double> nothing_times;
    for (std::size_t i = 0; i < looks; ++i) {
        due_times.push_back(time_of(*db, due));
        nothing_times.push_back(time_of(*db, nothing));
    }
    return {middle(std::move(due_times)), middle(std::move(nothing_times))};
}

struct size_figures {
    compared token;
    compared status;
    look_times look;
};

auto figures_now(reading_stage& stage, const std::string& database) -> size_figures {
    return {stage.token_against_hello(), stage.status_against_hello(), scheduler_look(database)};
}

auto figures(const look_times& of) -> std::string {
    return rounded(of.due_us) + " us, " + rounded(of.nothing_us) + " us for nothing";
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
    // Nothing of it is left to be done while it is measured.
    test::postgres_command(database, "VACUUM ANALYZE");
    test::postgres_command(database, "CHECKPOINT");
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
        {"the scheduler's look for what is due among 1,000,000, in looks at nothing, against "
         "10,000",
         many.look.ratio() / few.look.ratio(), 1.1, better::less, "",
         "many " + figures(many.look) + "; few " + figures(few.look)}
    );
    stage.host().stop();
}

}  // namespace tenon::bench
