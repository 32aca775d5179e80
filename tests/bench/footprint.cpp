#include "benches.hpp"
#include "net/outbound.hpp"

#include <unistd.h>
#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace tenon::bench {

using namespace std::chrono_literals;

namespace {

constexpr std::size_t idle_connections = 1'000;
constexpr std::size_t operations = 500;
constexpr int slow_provider_ms = 10'000;

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

using connections = std::vector<std::unique_ptr<test::raw_connection>>;

// Each has had one request answered, and is kept.
auto open_idle(const host_stage& stage, std::size_t count) -> connections {
    connections open;
    for (std::size_t i = 0; i < count; ++i) {
        open.push_back(std::make_unique<test::raw_connection>("127.0.0.1", stage.port()));
        open.back()->send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
        open.back()->receive_until("alive\"}", 5s);
    }
    std::this_thread::sleep_for(1s);
    return open;
}

auto memory_per_connection(const host_stage& stage) -> double {
    const auto before = memory_of(stage.id());
    const auto open = open_idle(stage, idle_connections);
    return (memory_of(stage.id()) - before) / static_cast<double>(idle_connections);
}

// What the HTTP client alone takes for as many requests, in this process.
auto memory_per_request(const programs& where) -> double {
    const peer_process provider(where, 1, slow_provider_ms, 1);
    boost::asio::io_context loop;
    const auto client = host::make_outbound(loop.get_executor(), {});
    const auto ask = [&] {
        host::outbound_request asked;
        asked.method = "POST";
        asked.url = provider.url() + "/token";
        boost::asio::co_spawn(loop, client->send(std::move(asked)), boost::asio::detached);
    };
    ask();
    loop.run_for(1s);
    const auto before = memory_of(::getpid());
    for (std::size_t i = 0; i < operations; ++i) {
        ask();
    }
    loop.run_for(std::chrono::milliseconds(slow_provider_ms / 2));
    return (memory_of(::getpid()) - before) / static_cast<double>(operations);
}

// Refreshes that wait for a slow provider, each asked for over a connection that was there before.
auto memory_per_operation(const programs& where) -> double {
    const peer_process provider(where, 1, slow_provider_ms, 1);
    host_stage stage(where, "", provider.url());
    stage.start();
    stage.import("busy", "account-", operations, 24L * 3'600);
    const auto open = open_idle(stage, operations);
    const auto before = memory_of(stage.id());
    for (std::size_t i = 0; i < operations; ++i) {
        const auto path = "/api/integrations/refresh/demo/account-" + std::to_string(i);
        open[i]->send(
            "POST " + path + " HTTP/1.1\r\nHost: x\r\nX-Tenon-User: busy\r\nX-API-Key: " +
            std::string(bench_key) + "\r\nContent-Length: 0\r\n\r\n"
        );
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(slow_provider_ms / 2));
    const auto each = (memory_of(stage.id()) - before) / static_cast<double>(operations);
    for (const auto& one : open) {
        one->receive_until("success\":true", 30s);
    }
    stage.stop();
    return each;
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
    const auto all = memory_per_operation(where) / 1'000;
    const auto client = memory_per_request(where) / 1'000;
    to.add(
        {"memory (PSS) an operation in flight, without the HTTP client's", all - client, 16,
         better::less, "KB",
         "of 500 refreshes that wait for the provider: " + rounded(all) +
             " KB each; 500 requests of the HTTP client alone: " + rounded(client) + " KB each"}
    );
}

}  // namespace tenon::bench
