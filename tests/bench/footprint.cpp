#include "benches.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace tenon::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t idle_connections = 1'000;

auto median_start(const programs& where) -> double {
    std::vector<double> times;
    for (int i = 0; i < 5; ++i) {
        host_stage stage(where, "", "http://127.0.0.1:9");
        times.push_back(stage.start());
        stage.stop();
    }
    std::ranges::sort(times);
    return times[times.size() / 2];
}

auto memory_per_connection(const host_stage& stage) -> double {
    const auto before = memory_of(stage.id());
    std::vector<std::unique_ptr<test::raw_connection>> open;
    for (std::size_t i = 0; i < idle_connections; ++i) {
        open.push_back(std::make_unique<test::raw_connection>("127.0.0.1", stage.port()));
        open.back()->send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        open.back()->receive_until("alive\"}", 5s);
    }
    std::this_thread::sleep_for(1s);
    return (memory_of(stage.id()) - before) / static_cast<double>(idle_connections);
}

}  // namespace

void measure_footprint(report& to, const programs& where) {
    to.add(
        {"start to serving, bundled plugins, empty SQLite", median_start(where), 150, better::less,
         "ms", "median of five, migrations and the first answer included"}
    );
    host_stage stage(where, "", "http://127.0.0.1:9");
    stage.start();
    std::this_thread::sleep_for(2s);
    constexpr double megabyte = 1'000'000;
    to.add(
        {"memory (PSS) at rest, bundled plugins", memory_of(stage.id()) / megabyte, 25,
         better::less, "MB", ""}
    );
    to.add(
        {"memory (PSS) an idle keep-alive connection", memory_per_connection(stage) / 1'000, 12,
         better::less, "KB", "of 1,000, each after one request"}
    );
    stage.stop();
}

}  // namespace tenon::bench
