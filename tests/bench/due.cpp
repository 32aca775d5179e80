#include "benches.hpp"
#include "load.hpp"
#include "support/postgres.hpp"

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace tenon::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t tokens = 10'000;
constexpr int provider_ms = 50;
constexpr double at_once = 50;

auto refreshed(const peer_process& provider) -> std::size_t {
    return std::stoul(test::http_client(provider.url()).get("/count").body);
}

}  // namespace

void measure_due(report& to, const programs& where) {
    const everywhere placed;
    const auto database = fresh_database("bench_due");
    const peer_process provider(where, 1, provider_ms, 1);
    host_stage stage(where, database, provider.url());
    stage.start();
    stage.import("due", "account-", tokens, 3'600);
    stage.stop();
    test::postgres_command("bench_due", "UPDATE grants SET next_refresh_at = 1");
    const auto commits = pgbench("bench_due", "-N");

    stage.start();
    const auto begun = std::chrono::steady_clock::now();
    const auto taken = [&begun] {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
    };
    const std::string series =
        R"(tenon_provider_operations_total{operation="refresh",outcome="ok",provider="demo"})";
    double most_memory = 0;
    while (stage.metric(series) < tokens && taken() < 120) {
        most_memory = std::max(most_memory, memory_of(stage.id()));
        std::this_thread::sleep_for(100ms);
    }
    const auto seconds = taken();
    std::this_thread::sleep_for(100ms);
    const auto memory_after = memory_of(stage.id());
    std::this_thread::sleep_for(2s);
    const auto count = refreshed(provider);
    stage.stop();
    const auto bound = std::max(tokens * provider_ms / 1'000.0 / at_once, tokens / commits);
    to.add(
        {"10,000 tokens due at once, against the larger of the provider's time and the commits'",
         seconds / bound, 1.3, better::less, "",
         rounded(seconds) + " s; bound " + rounded(bound) + " s"}
    );
    to.add(
        {"refreshes that the provider saw, of 10,000 due", static_cast<double>(count), tokens,
         count > tokens ? better::less : better::more, "refreshes", "exactly once each"}
    );
    constexpr double megabyte = 1'000'000;
    to.note(
        "memory (PSS) of the host meanwhile", rounded(most_memory / megabyte) + " MB at most, " +
                                                  rounded(memory_after / megabyte) +
                                                  " MB afterwards"
    );
}

}  // namespace tenon::bench
