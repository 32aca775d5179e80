#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "unit/http/fixture.hpp"

#include <atomic>
#include <future>
#include <memory>
#include <thread>

using Catch::Matchers::Contains;
using tenon::host::milliseconds;
using tenon::test::hello;
using tenon::test::patience;
using tenon::test::raw_connection;
using tenon::test::running_server;
using tenon::test::status_of;

namespace {

// A route whose handler tells that it began, and ends when it is let go.
struct held_route {
    tenon::test::gate began;
    std::atomic<bool> let_go{false};

    auto made() -> tenon::host::route {
        tenon::host::route route;
        route.method = "GET";
        route.pattern = "/api/held";
        route.run = [this](tenon::host::request) {
            began.open();
            return tenon::test::answer_when(let_go);
        };
        return route;
    }
};

auto routes_with(held_route& held) -> std::vector<tenon::host::route> {
    auto routes = tenon::test::usual_routes();
    routes.push_back(held.made());
    return routes;
}

}  // namespace

TEST_CASE("draining closes idle connections at once and refuses new ones") {
    running_server server;
    raw_connection idle("127.0.0.1", server.port());
    REQUIRE(idle.send(hello));
    (void)idle.receive_until("\"world\"}", patience);
    const auto report = server.drain(milliseconds(10'000), milliseconds(1000));
    CHECK(report.finished == 1);
    CHECK(report.cancelled + report.cut == 0);
    CHECK(idle.receive_all(patience).empty());
    CHECK(idle.closed());
    CHECK(server.server().connections() == 0);
    CHECK_THROWS(raw_connection("127.0.0.1", server.port()));
}

TEST_CASE("draining waits for what is being handled, whose answer says close") {
    held_route held;
    running_server server({}, routes_with(held));
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/held HTTP/1.1\r\nHost: h\r\n\r\n"));
    REQUIRE(held.began.wait());
    auto draining = std::async(std::launch::async, [&] {
        return server.drain(milliseconds(10'000), milliseconds(1000));
    });
    // Draining has begun once nobody listens any more.
    for (bool open = true; open;) {
        try {
            raw_connection another("127.0.0.1", server.port());
        } catch (const std::runtime_error&) {
            open = false;
        }
    }
    held.let_go = true;
    const auto answer = client.receive_all(patience);
    CHECK(status_of(answer) == 200);
    CHECK_THAT(answer, Contains("\r\nConnection: close\r\n"));
    CHECK(client.closed());
    CHECK(draining.get().cut == 0);
}

TEST_CASE("draining finishes a request whose first bytes had come") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send(hello + hello.substr(0, 10)));
    (void)client.receive_until("\"world\"}", patience);
    auto draining = std::async(std::launch::async, [&] {
        return server.drain(milliseconds(10'000), milliseconds(1000));
    });
    for (bool open = true; open;) {
        try {
            raw_connection another("127.0.0.1", server.port());
        } catch (const std::runtime_error&) {
            open = false;
        }
    }
    REQUIRE(client.send(hello.substr(10)));
    const auto answer = client.receive_all(patience);
    CHECK(status_of(answer) == 200);
    CHECK_THAT(answer, Contains("\r\nConnection: close\r\n"));
    CHECK(draining.get().cut == 0);
}

TEST_CASE("what outlasts the grace is cancelled, and still answered") {
    held_route held;
    running_server server({}, routes_with(held));
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/held HTTP/1.1\r\nHost: h\r\n\r\n"));
    REQUIRE(held.began.wait());
    const auto report = server.drain(milliseconds(20), milliseconds(10'000));
    CHECK(report.cancelled == 1);
    CHECK(report.cut == 0);
    const auto answer = client.receive_all(patience);
    CHECK(status_of(answer) == 503);
    CHECK_THAT(answer, Contains("SHUTTING_DOWN"));
}

TEST_CASE("what does not heed cancellation is cut off") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send(hello.substr(0, 10)));
    REQUIRE(client.send(hello.substr(10, 5)));
    // The header's deadline is far away, and the client sends no more.
    const auto report = server.drain(milliseconds(20), milliseconds(20));
    CHECK(report.finished + report.cancelled + report.cut <= 1);
    CHECK(server.server().connections() == 0);
    (void)client.receive_all(patience);
    CHECK(client.closed());
}

TEST_CASE("under load, draining loses no request that it took") {
    for (int round = 0; round < 10; ++round) {
        running_server server;
        std::atomic<int> unanswered{0};
        std::atomic<int> answered{0};
        std::vector<std::thread> clients;
        for (int i = 0; i < 4; ++i) {
            // Connected before it may be refused.
            const auto made = std::make_shared<raw_connection>("127.0.0.1", server.port());
            clients.emplace_back([&, made] {
                auto& client = *made;
                for (;;) {
                    if (!client.send(hello)) {
                        return;
                    }
                    const auto answer = client.receive_until("\"world\"}", patience);
                    if (status_of(answer) == 200) {
                        ++answered;
                    } else {
                        // Closed between two requests is right; half an answer is not.
                        unanswered += answer.empty() ? 0 : 1;
                        return;
                    }
                    if (answer.find("Connection: close") != answer.npos) {
                        return;
                    }
                }
            });
        }
        while (answered < 50) {
            std::this_thread::yield();
        }
        const auto report = server.drain(milliseconds(10'000), milliseconds(1000));
        for (auto& client : clients) {
            client.join();
        }
        CHECK(unanswered == 0);
        CHECK(server.observer.answers().size() == static_cast<std::size_t>(answered.load()));
        CHECK(report.cut + report.cancelled == 0);
        CHECK(server.server().connections() == 0);
        CHECK(server.observer.opened == server.observer.closed);
    }
}
