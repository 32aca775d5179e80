#include "stage.hpp"

#include "load.hpp"

#include <signal.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <ctime>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

namespace tenon::bench {

using namespace std::chrono_literals;

namespace {

auto port_of(std::string_view text) -> std::uint16_t {
    const auto colon = text.rfind(':');
    text.remove_prefix(colon == std::string_view::npos ? 0 : colon + 1);
    std::uint16_t port = 0;
    std::from_chars(text.data(), text.data() + text.size(), port);
    return port;
}

auto time_in(long seconds) -> std::string {
    const auto when = std::time(nullptr) + seconds;
    std::tm parts{};
    ::gmtime_r(&when, &parts);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text.data();
}

}  // namespace

peer_process::peer_process(
    const programs& where, std::size_t hello_bytes, int delay_ms, unsigned threads
)
    : process_(
          {{where.peer, std::to_string(threads), std::to_string(hello_bytes),
            std::to_string(delay_ms)},
           {},
           {},
           {},
           {}}
      ),
      port_(port_of("x:" + process_.wait_for_line("peer: listening on ", 10s))) {}

auto peer_process::url() const -> std::string {
    return "http://127.0.0.1:" + std::to_string(port_);
}

host_stage::host_stage(programs where, std::string database, std::string provider_url)
    : where_(std::move(where)) {
    const auto dir = dir_.path().string();
    if (database.empty()) {
        database = "sqlite:" + dir + "/tenon.db";
    }
    const auto config =
        "listen: 127.0.0.1:0\ndata_dir: " + dir + "\ndatabase: \"" + database +
        "\"\nthreads: " + std::to_string(server_threads()) +
        "\nlog: {level: warn}\nbootstrap_api_key: " + std::string(bench_key) +
        "\nencryption: {key: " + std::string(64, 'a') +
        "}\nrate_limits: {callbacks_per_minute: 0}\nproviders:\n  demo:\n    plugin: oauth2\n"
        "    authorize_url: " +
        provider_url + "/authorize\n    token_url: " + provider_url +
        "/token\n    userinfo_url: " + provider_url +
        "/userinfo\n    client_id: bench\n    client_secret: bench-secret\n"
        "    scopes: [profile]\n    profile: {account_id: sub, username: preferred_username}\n";
    dir_.write("tenon.yaml", config);
}

auto host_stage::start() -> double {
    const auto begun = std::chrono::steady_clock::now();
    process_ = std::make_unique<test::process>(test::command{
        {where_.host, "serve", "--config", (dir_.path() / "tenon.yaml").string()}, {}, {}, {}, {}});
    port_ = port_of(process_->wait_for_line("tenon: listening on ", 60s));
    // Serving, not only saying so.
    test::http_client(url()).get("/livez");
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begun)
        .count();
}

void host_stage::stop() {
    process_->signal(SIGTERM);
    process_->wait(60s);
    process_.reset();
}

auto host_stage::url() const -> std::string {
    return "http://127.0.0.1:" + std::to_string(port_);
}

auto host_stage::client(const std::string& user) const -> test::http_client {
    test::http_client made(
        url(), {{"Authorization", "Bearer " + std::string(bench_key)}, {"X-Tenon-User", user}}
    );
    made.set_deadline(120s);
    return made;
}

void host_stage::import(
    const std::string& user, const std::string& prefix, std::size_t count, long expires_in
) const {
    constexpr std::size_t at_once = 500;
    auto api = client(user);
    const auto expires_at = time_in(expires_in);
    for (std::size_t done = 0; done < count; done += at_once) {
        auto list = nlohmann::json::array();
        for (std::size_t i = done; i < std::min(count, done + at_once); ++i) {
            const auto number = std::to_string(i);
            list.push_back(
                {{"accountId", prefix + number},
                 {"accessToken", "token-" + number + "-0123456789abcdef0123456789abcdef0123456789"},
                 {"refreshToken", "refresh-" + number},
                 {"expiresAt", expires_at},
                 {"scope", "profile"}}
            );
        }
        const auto got =
            api.post("/api/integrations/import/demo", {{"connections", list}, {"validate", false}});
        if (got.status != 200 || !got.json().at("failed").empty()) {
            throw std::runtime_error("import: " + got.body.substr(0, 500));
        }
    }
}

auto host_stage::reading_keys(std::size_t count) const -> std::vector<std::string> {
    auto api = client("");
    std::vector<std::string> keys;
    while (keys.size() < count) {
        const auto made = api.post(
            "/api/keys", {{"name", "reads"}, {"scopes", {"tokens:read", "connections:read"}}}
        );
        if (made.status != 201) {
            throw std::runtime_error("a key: " + made.body);
        }
        keys.push_back(made.json().at("key").get<std::string>());
    }
    return keys;
}

auto host_stage::get(const std::string& path, const std::string& user, std::string_view key)
    -> std::string {
    return "GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer " +
           std::string(key) + "\r\nX-Tenon-User: " + user + "\r\n\r\n";
}

auto host_stage::metric(const std::string& series) const -> double {
    const auto body = test::http_client(url()).get("/metrics").body;
    const auto at = body.find(series + ' ');
    return at == std::string::npos ? 0 : std::stod(body.substr(at + series.size() + 1));
}

auto memory_of(pid_t process) -> double {
    std::ifstream file("/proc/" + std::to_string(process) + "/smaps_rollup");
    std::string word;
    while (file >> word) {
        if (word == "Pss:") {
            double kilobytes = 0;
            file >> kilobytes;
            return kilobytes * 1024;
        }
    }
    throw std::runtime_error("no memory figures of the process");
}

}  // namespace tenon::bench
