// Over real sockets: what only a server can get wrong. Deadlines are short; nothing sleeps.
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "unit/http/fixture.hpp"

#include <future>
#include <thread>

using Catch::Matchers::Contains;
using tenon::host::milliseconds;
using tenon::host::server_options;
using tenon::test::count_of;
using tenon::test::hello;
using tenon::test::last_hello;
using tenon::test::patience;
using tenon::test::raw_connection;
using tenon::test::running_server;
using tenon::test::status_of;

TEST_CASE("a connection is kept for request after request") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    for (int i = 0; i < 100; ++i) {
        REQUIRE(client.send(hello));
        CHECK(status_of(client.receive_until("\"world\"}", patience)) == 200);
    }
    REQUIRE(client.send(last_hello));
    CHECK(status_of(client.receive_all(patience)) == 200);
    CHECK(client.closed());
    CHECK(server.observer.opened == 1);
}

TEST_CASE("many pipelined requests are all answered, in order") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    std::string asked;
    for (int i = 0; i < 500; ++i) {
        asked += "GET /api/" +
                 std::string(i % 10 == 0 ? "later" : "echo/" + std::to_string(i) + "/x") +
                 " HTTP/1.1\r\nHost: h\r\n\r\n";
    }
    auto sending = std::async(std::launch::async, [&] { return client.send(asked + last_hello); });
    const auto answer = client.receive_all(patience);
    CHECK(sending.get());
    CHECK(client.closed());
    CHECK(count_of(answer, "HTTP/1.1 200 OK\r\n") == 501);
    CHECK(count_of(answer, "\"later\"") == 50);
    std::size_t at = 0;
    for (int i = 0; i < 500; ++i) {
        const auto expected =
            i % 10 == 0 ? std::string("\"later\"") : "[" + std::to_string(i) + ",x]";
        at = answer.find(expected, at);
        REQUIRE(at != std::string::npos);
        at += expected.size();
    }
}

TEST_CASE("a client that closes its half is answered") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/later HTTP/1.1\r\nHost: h\r\n\r\n"));
    client.half_close();
    CHECK(status_of(client.receive_all(patience)) == 200);
    CHECK(client.closed());
}

TEST_CASE("clients that vanish harm nobody") {
    running_server server;
    for (int i = 0; i < 20; ++i) {
        raw_connection client("127.0.0.1", server.port());
        REQUIRE(client.send(i % 2 == 0 ? hello.substr(0, 20) : hello + hello + hello));
        client.reset();
    }
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send(last_hello));
    CHECK(status_of(client.receive_all(patience)) == 200);
}

TEST_CASE("a body that is too large is refused before it is read, and the refusal arrives") {
    running_server server;
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("POST /api/small HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n"));
    (void)client.send(std::string(300'000, 'x'));
    const auto answer = client.receive_all(patience);
    CHECK(status_of(answer) == 413);
    CHECK_THAT(answer, Contains("\r\nConnection: close\r\n"));
    CHECK(client.closed());
}

TEST_CASE("a header that takes too long is refused, one that never begins is closed without a word"
) {
    server_options options;
    options.limits.header_deadline = milliseconds(60);
    running_server server(options);
    raw_connection slow("127.0.0.1", server.port());
    raw_connection silent("127.0.0.1", server.port());
    std::string answer;
    // A byte at a time, each within the deadline: only the whole is late.
    for (std::size_t i = 0; i < hello.size() - 1 && answer.empty(); ++i) {
        if (!slow.send(hello.substr(i, 1))) {
            break;
        }
        answer = slow.receive_until("\r\n\r\n", milliseconds(10));
    }
    answer += slow.receive_all(patience);
    CHECK(status_of(answer) == 400);
    CHECK(slow.closed());
    CHECK(silent.receive_all(patience).empty());
    CHECK(silent.closed());
}

TEST_CASE("a body that takes too long is refused, an idle connection is closed without a word") {
    server_options options;
    options.limits.body_deadline = milliseconds(60);
    options.limits.idle_deadline = milliseconds(60);
    running_server server(options);
    raw_connection slow("127.0.0.1", server.port());
    REQUIRE(slow.send("POST /api/form HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\n1"));
    CHECK(status_of(slow.receive_all(patience)) == 400);
    raw_connection idle("127.0.0.1", server.port());
    REQUIRE(idle.send(hello));
    CHECK(count_of(idle.receive_all(patience), "HTTP/1.1") == 1);
    CHECK(idle.closed());
}

TEST_CASE("each of many pipelined requests has the whole time for its header") {
    server_options options;
    options.limits.header_deadline = milliseconds(300);
    running_server server(options);
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send(hello.substr(0, 10)));
    std::string answers;
    for (int i = 0; i < 60; ++i) {
        REQUIRE(client.send(hello.substr(10) + hello.substr(0, 10)));
        answers += client.receive_until("never", milliseconds(10));
    }
    CHECK(count_of(answers, "HTTP/1.1 200") == 60);
    CHECK(count_of(answers, "HTTP/1.1 4") == 0);
}

TEST_CASE("a response that nobody takes is given up") {
    server_options options;
    options.limits.write_deadline = milliseconds(60);
    auto routes = tenon::test::usual_routes();
    tenon::host::route large;
    large.method = "GET";
    large.pattern = "/api/large";
    large.fast = [](const tenon::host::request&, tenon::host::response& answer) {
        answer.body.assign(20'000'000, 'x');
        return true;
    };
    routes.push_back(large);
    running_server server(options, std::move(routes));
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/large HTTP/1.1\r\nHost: h\r\n\r\n"));
    const auto until = std::chrono::steady_clock::now() + patience;
    while (server.observer.closed == 0 && std::chrono::steady_clock::now() < until) {
        std::this_thread::yield();
    }
    CHECK(server.observer.closed == 1);
}

TEST_CASE("a large response reaches a client that reads") {
    auto routes = tenon::test::usual_routes();
    tenon::host::route large;
    large.method = "GET";
    large.pattern = "/api/large";
    large.fast = [](const tenon::host::request&, tenon::host::response& answer) {
        answer.body.assign(5'000'000, 'x');
        return true;
    };
    routes.push_back(large);
    running_server server({}, std::move(routes));
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/large HTTP/1.1\r\nHost: h\r\n\r\n" + last_hello));
    const auto answer = client.receive_all(patience);
    CHECK(count_of(answer, "xxxxxxxxxx") == 500'000);
    CHECK(count_of(answer, "HTTP/1.1 200") == 2);
}

TEST_CASE("a handler that takes too long is cancelled, and the connection survives it") {
    server_options options;
    options.limits.handler_deadline = milliseconds(40);
    std::vector<tenon::host::route> routes = tenon::test::usual_routes();
    tenon::host::route never;
    never.method = "GET";
    never.pattern = "/api/never";
    never.run = tenon::test::never_answer;
    routes.push_back(never);
    running_server server(options, std::move(routes));
    raw_connection client("127.0.0.1", server.port());
    REQUIRE(client.send("GET /api/never HTTP/1.1\r\nHost: h\r\n\r\n"));
    CHECK(status_of(client.receive_until("}", patience)) == 504);
    REQUIRE(client.send(last_hello));
    CHECK(status_of(client.receive_all(patience)) == 200);
}

TEST_CASE("an address that is taken or wrong is one readable line") {
    running_server server;
    tenon::host::listener_options where;
    where.port = server.port();
    const tenon::host::router routes({});
    const auto taken = server.server().listen(where, routes);
    REQUIRE_FALSE(taken.has_value());
    CHECK_THAT(
        taken.error().message,
        Contains("127.0.0.1:" + std::to_string(server.port())) && Contains("in use")
    );
    where.address = "nowhere";
    CHECK_FALSE(server.server().listen(where, routes).has_value());
}

TEST_CASE("a second listener, by v6, has its own routes") {
    running_server server;
    const tenon::host::router routes({});
    tenon::host::listener_options where;
    where.address = "::1";
    const auto port = server.server().listen(where, routes);
    REQUIRE(port.has_value());
    raw_connection client("::1", *port);
    REQUIRE(client.send(last_hello));
    CHECK(status_of(client.receive_all(patience)) == 404);
}
