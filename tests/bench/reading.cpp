#include "reading.hpp"

#include "benches.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <array>

namespace tenon::bench {

namespace {

constexpr std::size_t hot_rows = 10'000;
constexpr std::size_t keys_at_once = 4;
constexpr std::size_t rounds = 3;

auto median(std::array<double, rounds> values) -> double {
    std::ranges::sort(values);
    return values[rounds / 2];
}

// Fills it; answers with the keys that read.
auto filled(host_stage& stage) -> std::vector<std::string> {
    constexpr long month = 30L * 24 * 3'600;
    stage.start();
    stage.import("hot", "account-", hot_rows, month);
    stage.import("ten", "few-", 10, month);
    return stage.reading_keys(keys_at_once);
}

auto answer_size(const host_stage& stage) -> std::size_t {
    return stage.client("hot").get("/api/integrations/token/demo/account-0").body.size();
}

}  // namespace

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

auto figures(const load_result& result) -> std::string {
    return rounded(result.per_second) + "/s, p50 " + rounded(result.p50_us) + " us, p99 " +
           rounded(result.p99_us) + " us";
}

reading_stage::reading_stage(const programs& where, const std::string& database)
    : provider_(where, 1, 0, 1),
      host_(where, fresh_database(database), provider_.url()),
      keys_(filled(host_)),
      hello_(where, answer_size(host_), 0, server_threads()) {
    test::postgres_command(database, "ANALYZE");  // as autovacuum does within a minute
}

auto reading_stage::token_reads() const -> std::vector<std::string> {
    constexpr std::size_t stride = 7'919;  // prime to the number of rows
    std::vector<std::string> requests;
    for (std::size_t i = 0; i < hot_rows; ++i) {
        const auto row = std::to_string(i * stride % hot_rows);
        const auto path = "/api/integrations/token/demo/account-" + row;
        requests.push_back(host_stage::get(path, "hot", keys_.at(i % keys_.size())));
    }
    return requests;
}

auto reading_stage::against_hello(load_source& mine) const -> compared {
    requests_in_turn greeting(
        {"GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer none\r\n\r\n"}, 200
    );
    return compare(host_.port(), mine, hello_.port(), greeting);
}

auto reading_stage::token_against_hello() const -> compared {
    requests_in_turn reads(token_reads(), 200);
    return against_hello(reads);
}

auto reading_stage::status_against_hello() const -> compared {
    std::vector<std::string> requests;
    for (const auto& key : keys_) {
        requests.push_back(host_stage::get("/api/integrations/status", "ten", key));
    }
    requests_in_turn reads(std::move(requests), 200);
    return against_hello(reads);
}

}  // namespace tenon::bench
