// That keys of the configuration reach the parts that they are for: what each does is tested beside
// its part.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <mutex>
#include <set>
#include <thread>

namespace tenon::test {
namespace {

using nlohmann::json;

const std::string app = "https://app.example";

auto send(world& here, const std::string& method, const headers& fields) -> http_response {
    return http_client(here.host().url()).send({method, "/api/integrations/status", fields, {}});
}

auto security_of(world& here) -> json {
    return here.api().get("/health").json().at("security");
}

// A callback of no flow, by a proxy in front that names its client.
auto callback_status(host_process& host, const std::string& client) -> int {
    const auto* const path = "/api/integrations/callback/acme?code=a&state=b";
    return http_client(host.url()).send({"GET", path, {{"X-Forwarded-For", client}}, {}}).status;
}

// Listens on loopback, hangs up on everybody, and keeps what each said first.
class ear {
  public:
    ear() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in where{};
        where.sin_family = AF_INET;
        where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof where;
        auto* const address = reinterpret_cast<sockaddr*>(&where);
        REQUIRE(::bind(socket_, address, size) == 0);
        REQUIRE(::listen(socket_, 8) == 0);
        REQUIRE(::getsockname(socket_, address, &size) == 0);
        port_ = ntohs(where.sin_port);
        listening_ = std::thread([this] { listen(); });
    }
    ~ear() {
        ::shutdown(socket_, SHUT_RDWR);
        listening_.join();
        ::close(socket_);
    }
    ear(const ear&) = delete;
    auto operator=(const ear&) -> ear& = delete;

    [[nodiscard]] auto url() const -> std::string {
        return "http://127.0.0.1:" + std::to_string(port_);
    }
    [[nodiscard]] auto heard() -> std::set<std::string> {
        const std::scoped_lock lock(mutex_);
        return heard_;
    }

  private:
    void listen() {
        for (int caller = 0; (caller = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) {
            std::array<char, 1024> bytes{};
            const auto count = ::recv(caller, bytes.data(), bytes.size(), 0);
            ::close(caller);
            const std::string said(bytes.data(), count > 0 ? static_cast<std::size_t>(count) : 0);
            const std::scoped_lock lock(mutex_);
            heard_.insert(said.substr(0, said.find('\r')));
        }
    }

    int socket_;
    std::uint16_t port_ = 0;
    std::mutex mutex_;
    std::set<std::string> heard_;
    std::thread listening_;
};

}  // namespace

TEST_CASE("scripts of a configured origin may ask, and others may not") {
    world_options options;
    options.config = "cors_origins: [\"" + app + "\"]\n";
    world here(options);
    CHECK(security_of(here).at("corsConfigured") == true);
    const auto asked = [&](const std::string& origin) {
        return send(
            here, "OPTIONS", {{"Origin", origin}, {"Access-Control-Request-Method", "GET"}}
        );
    };
    const auto known = asked(app);
    CHECK(known.status == 204);
    CHECK(known.field("access-control-allow-origin") == app);
    CHECK_FALSE(asked("https://evil.example").field("access-control-allow-origin"));
}

TEST_CASE("security headers are on every answer, unless they are switched off") {
    const bool on = GENERATE(true, false);
    world_options options;
    options.config = on ? "" : "security_headers: false\n";
    world here(options);
    CHECK(security_of(here).at("securityHeadersEnabled") == on);
    const auto answer = send(here, "GET", {});
    CHECK(answer.status == 401);
    CHECK(answer.field("x-content-type-options").has_value() == on);
    CHECK(answer.field("content-security-policy").has_value() == on);
}

TEST_CASE("who a client is, a trusted proxy tells, and nobody else") {
    const bool trusted = GENERATE(true, false);
    host_options options;
    options.config = "rate_limits: {callbacks_per_minute: 2}\n";
    options.config += trusted ? "trusted_proxies: [127.0.0.0/8]\n" : "";
    options.config +=
        "providers:\n  acme: {plugin: oauth2, client_id: a, client_secret: b, account: connection,"
        " authorize_url: https://id.example/a, token_url: https://id.example/t}\n";
    host_process host(options);
    CHECK(callback_status(host, "203.0.113.1") == 400);
    CHECK(callback_status(host, "203.0.113.1") == 400);
    CHECK(callback_status(host, "203.0.113.1") == 429);
    CHECK(callback_status(host, "203.0.113.2") == (trusted ? 400 : 429));
}

TEST_CASE("requests to providers go through the configured proxy") {
    ear proxy;
    world_options options;
    options.config = "outbound: {proxy: \"" + proxy.url() + "\"}\n";
    options.provider_config =
        "  acme: {plugin: oauth2, client_id: a, client_secret: b, issuer: https://id.example}\n";
    world here(options);
    const auto refused = here.api().post(
        "/api/integrations/connect/acme", {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
    INFO(refused.body);
    CHECK(refused.status >= 500);
    CHECK(proxy.heard() == std::set<std::string>{"CONNECT id.example:443 HTTP/1.1"});
}

TEST_CASE("no more requests at a time are sent to a provider than its limit says") {
    constexpr std::size_t crowd = 4;
    constexpr std::chrono::milliseconds each{300};
    world_options options;
    options.config = "outbound: {per_origin: 1}\n";
    world here(options);
    for (std::size_t i = 1; i <= crowd; ++i) {
        here.connected("ann", "u" + std::to_string(i));
    }
    here.provider().inject({"/token", sim::fault_kind::delay, crowd, each.count()});
    const auto began = std::chrono::steady_clock::now();
    std::array<int, crowd> statuses{};
    at_once(crowd, [&](std::size_t i) {
        const auto path = "/api/integrations/refresh/demo/u" + std::to_string(i + 1);
        statuses.at(i) = here.api().post(path, json::object()).status;
    });
    CHECK(std::chrono::steady_clock::now() - began >= crowd * each);
    CHECK(statuses == std::array<int, crowd>{200, 200, 200, 200});
}

TEST_CASE("a provider that fails again and again is not asked for a while, and that is shown") {
    constexpr int failures_to_open = 8;
    world here;
    here.provider().inject({"/token", sim::fault_kind::status, 100, 0, 500});
    const auto asked = [&] { return here.provider().requests().at("/token"); };
    for (int i = 0; i < failures_to_open; ++i) {
        CHECK(query_parameter(here.connect(), "error") == "PROVIDER_UNAVAILABLE");
    }
    CHECK(asked() == failures_to_open);
    CHECK(query_parameter(here.connect(), "error") == "PROVIDER_UNAVAILABLE");
    CHECK(asked() == failures_to_open);
    CHECK_THAT(here.api().get("/metrics").body, Catch::Contains("tenon_circuit_open{origin=\""));
}

}  // namespace tenon::test
