#include "benches.hpp"
#include "load.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <array>
#include <iostream>

namespace tenon::bench {

namespace {

constexpr std::size_t hot_rows = 10'000;
// One key may make 50,000 reads a second by default: the host is faster.
constexpr std::size_t keys_at_once = 4;
constexpr std::size_t rounds = 3;

// A request by each key.
auto by_each(const std::vector<std::string>& keys, const std::string& path, const std::string& user)
    -> std::vector<std::string> {
    std::vector<std::string> requests;
    for (const auto& key : keys) {
        requests.push_back(host_stage::get(path, user, key));
    }
    return requests;
}

// Token reads of each hot row, in an order that no cache foresees.
auto token_reads(const std::vector<std::string>& keys) -> std::vector<std::string> {
    constexpr std::size_t stride = 7'919;  // prime to the number of rows
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < hot_rows; ++i) {
        const auto row = std::to_string(i * stride % hot_rows);
        const auto path = "/api/integrations/token/demo/account-" + row;
        requests.push_back(host_stage::get(path, "hot", keys.at(i % keys.size())));
    }
    return requests;
}

auto median(std::array<double, rounds> values) -> double {
    std::ranges::sort(values);
    return values[rounds / 2];
}

auto figures(const load_result& result) -> std::string {
    return rounded(result.per_second) + "/s, p50 " + rounded(result.p50_us) + " us, p99 " +
           rounded(result.p99_us) + " us";
}

struct compared {
    double ratio = 0;
    double p99_ratio = 0;
    load_result mine;
    load_result theirs;
};

// Turn by turn, so that whatever else the machine does hits both; the median of the ratios.
auto compare(
    std::uint16_t my_port, load_source& mine, std::uint16_t their_port, load_source& theirs
) -> compared {
    std::array<double, rounds> ratios{};
    std::array<double, rounds> p99s{};
    compared result;
    for (std::size_t round = 0; round < rounds; ++round) {
        load_plan plan;
        plan.measured = std::chrono::milliseconds{3'000};
        plan.port = their_port;
        result.theirs = run_load(plan, theirs);
        plan.port = my_port;
        result.mine = run_load(plan, mine);
        ratios.at(round) = result.mine.per_second / result.theirs.per_second;
        p99s.at(round) = result.mine.p99_us / result.theirs.p99_us;
    }
    result.ratio = median(ratios);
    result.p99_ratio = median(p99s);
    return result;
}

auto hello_request() -> std::string {
    return "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer none\r\n\r\n";
}

void measure_misses(
    report& to, host_stage& stage, const std::string& database, const std::vector<std::string>& keys
) {
    stage.stop();
    stage.start();  // nothing is in its memory
    requests_in_turn once(token_reads(keys), 200, requests_in_turn::times::once);
    load_plan plan;
    plan.port = stage.port();
    plan.warm_up = std::chrono::milliseconds{0};
    plan.measured = std::chrono::minutes{2};
    const auto missed = run_load(plan, once);
    const auto lookups = pgbench(database, "-S");
    to.add(
        {"token reads that miss the cache, against pgbench -S", missed.per_second / lookups, 0.5,
         better::more, "", figures(missed) + "; pgbench " + rounded(lookups) + "/s"}
    );
}

// Token reads of the hot set against hello.
auto compare_hot(
    const host_stage& stage, const peer_process& hello, const std::vector<std::string>& keys
) -> compared {
    requests_in_turn reads(token_reads(keys), 200);
    requests_in_turn greeting({hello_request()}, 200);
    return compare(stage.port(), reads, hello.port(), greeting);
}

void measure_hot(
    report& to, const host_stage& stage, const peer_process& hello,
    const std::vector<std::string>& keys
) {
    requests_in_turn reads(token_reads(keys), 200);
    requests_in_turn greeting({hello_request()}, 200);
    const auto token = compare_hot(stage, hello, keys);
    const auto detail = "token " + figures(token.mine) + "; hello " + figures(token.theirs);
    to.add({"token read against hello", token.ratio, 0.7, better::more, "", detail});
    to.add({"token read's p99 against hello's", token.p99_ratio, 2, better::less, "", detail});

    requests_in_turn unknown(
        {host_stage::get("/api/integrations/token/demo/account-0", "hot", "an-unknown-key")}, 401
    );
    const auto strangers = compare(stage.port(), unknown, stage.port(), reads);
    to.add(
        {"unknown API key against a valid one", strangers.ratio, 0.9, better::more, "",
         "unknown " + figures(strangers.mine) + "; valid " + figures(strangers.theirs)}
    );

    requests_in_turn status(by_each(keys, "/api/integrations/status", "ten"), 200);
    const auto ten = compare(stage.port(), status, hello.port(), greeting);
    to.add(
        {"status of 10 integrations against hello", ten.ratio, 0.4, better::more, "",
         "status " + figures(ten.mine) + "; hello " + figures(ten.theirs)}
    );
}

}  // namespace

void measure_reads(report& to, const programs& where, stored how_much) {
    const std::string name = how_much == stored::million ? "bench_million" : "bench_reads";
    const auto database = fresh_database(name);
    const peer_process provider(where, 1, 0, 1);
    host_stage stage(where, database, provider.url());
    stage.start();
    constexpr long month = 30L * 24 * 3'600;
    stage.import("hot", "account-", hot_rows, month);
    stage.import("ten", "few-", 10, month);
    const auto keys = stage.reading_keys(keys_at_once);
    const auto body = stage.client("hot").get("/api/integrations/token/demo/account-0").body.size();
    const peer_process hello(where, body, 0, server_threads());
    test::postgres_command(name, "ANALYZE");  // as autovacuum does within a minute
    if (how_much == stored::million) {
        const auto few = compare_hot(stage, hello, keys);
        std::cout << "        storing 1,000,000 connections..." << std::endl;
        test::copy_connection(name, "account-0", 1'000'000, "'u' || n");
        test::postgres_command(name, "ANALYZE");
        const auto many = compare_hot(stage, hello, keys);
        to.add(
            {"token read with 1,000,000 connections stored, against the same with few",
             many.ratio / few.ratio, 0.9, better::more, "",
             "many " + figures(many.mine) + "; few " + figures(few.mine)}
        );
    }
    measure_misses(to, stage, name, keys);
    measure_hot(to, stage, hello, keys);
    stage.stop();
}

}  // namespace tenon::bench
