// More than the host has room for: connections, bodies, descriptors.
#include "http/listener.hpp"
#include "support/catch.hpp"
#include "support/http_client.hpp"
#include "unit/http/fixture.hpp"

#include <memory>
#include <new>

using Catch::Matchers::Contains;
using tenon::host::milliseconds;
using tenon::host::server_options;
using tenon::test::hello;
using tenon::test::last_hello;
using tenon::test::patience;
using tenon::test::raw_connection;
using tenon::test::running_server;
using tenon::test::status_of;

TEST_CASE("one connection too many is told so") {
    server_options options;
    options.limits.connections = 2;
    running_server server(options);
    raw_connection first("127.0.0.1", server.port());
    raw_connection second("127.0.0.1", server.port());
    REQUIRE(first.send(hello));
    REQUIRE(second.send(hello));
    (void)first.receive_until("\"world\"}", patience);
    (void)second.receive_until("\"world\"}", patience);
    {
        raw_connection third("127.0.0.1", server.port());
        (void)third.send(hello);
        third.half_close();
        const auto answer = third.receive_all(patience);
        CHECK(status_of(answer) == 429);
        CHECK_THAT(answer, Contains("\r\nRetry-After: 1\r\n"));
    }
    CHECK(server.observer.refused == 1);
    REQUIRE(first.send(last_hello));
    CHECK(status_of(first.receive_all(patience)) == 200);
}

TEST_CASE("a connection that can't be served ends alone, and the next one is taken") {
    boost::asio::io_context context;
    const tenon::host::router routes({});
    int offered = 0;
    const auto taken = std::make_shared<tenon::host::listener>(
        context, routes,
        [&](tenon::host::session_socket, boost::asio::ssl::context*, const tenon::host::router&) {
            if (++offered == 1) {
                throw std::bad_alloc();
            }
            context.stop();
        }
    );
    const auto port = taken->open({});
    REQUIRE(port.has_value());
    taken->start();
    raw_connection first("127.0.0.1", *port);
    raw_connection second("127.0.0.1", *port);
    context.run_for(patience);
    CHECK(offered == 2);
}

TEST_CASE("bodies wait no more than the host can hold, and small ones always pass") {
    server_options options;
    options.limits.held_bytes = 100'000;
    options.limits.body_bytes = 1'000'000;
    running_server server(options);
    const std::string post = "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json";
    const auto of_size = [&](std::size_t size) {
        return post + "\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n";
    };
    raw_connection large("127.0.0.1", server.port());
    REQUIRE(large.send(of_size(110'000) + std::string(100'000, 'x')));
    (void)large.receive_until("never", milliseconds(100));
    raw_connection another("127.0.0.1", server.port());
    (void)another.send(of_size(50'000) + std::string(50'000, 'x'));
    const auto refused = another.receive_all(patience);
    CHECK(status_of(refused) == 429);
    CHECK_THAT(refused, Contains("\r\nRetry-After: 1\r\n"));
    raw_connection usual("127.0.0.1", server.port());
    REQUIRE(usual.send(of_size(16'000) + std::string(16'000, 'x')));
    CHECK(status_of(usual.receive_until("16000", patience)) == 200);
    REQUIRE(large.send(std::string(10'000, 'x')));
    CHECK(status_of(large.receive_until("110000", patience)) == 200);
    // What was held is let go.
    REQUIRE(large.send(of_size(110'000) + std::string(110'000, 'x')));
    CHECK(status_of(large.receive_until("110000", patience)) == 200);
}
