#include "net/outbound.hpp"

#include "support/catch.hpp"
#include "unit/net/fixture.hpp"

#include <atomic>

using namespace tenon::test;
using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using tenon::host::request_sent;
using tenon::host::transport;

namespace {

// Answers every request of a connection with what was asked.
void echo(accepted& connection, int) {
    for (;;) {
        const auto asked = connection.read_request();
        if (asked.empty() || !connection.answer("200 OK", asked)) {
            return;
        }
    }
}

}  // namespace

TEST_CASE("an answer comes with status, headers in lower case, duplicates and body") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.send(
            "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 201 Made\r\nX-ONE: a\r\n"
            "x-one:b  \r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Trailer: t\r\n\r\n"
        );
    });
    running_client client;
    const auto answer = client.ask(get(server.url()));
    CHECK(answer.outcome == transport::ok);
    CHECK(answer.sent == request_sent::yes);
    CHECK(answer.status == 201);
    CHECK(answer.body == "abc");
    const tenon::host::header_list expected = {
        {"x-one", "a"}, {"x-one", "b"}, {"transfer-encoding", "chunked"}};
    CHECK(answer.headers == expected);
    CHECK(answer.problem.empty());
}

TEST_CASE("connections are kept and used again") {
    scripted_server server(echo);
    running_client client;
    for (int i = 0; i < 5; ++i) {
        CHECK(client.ask(get(server.url())).status == 200);
    }
    CHECK(server.connections() == 1);
}

TEST_CASE("what is sent is what was asked for, and nothing curl would add by itself") {
    scripted_server server(echo);
    running_client client;
    auto asked = post(server.url("/token?a=b"), "grant_type=refresh_token");
    asked.headers.emplace_back("Authorization", "Bearer x");
    asked.headers.emplace_back("X-Empty", "");
    const auto sent = client.ask(asked).body;
    CHECK_THAT(sent, Contains("POST /token?a=b HTTP/1.1\r\n"));
    CHECK_THAT(sent, Contains("\r\nAuthorization: Bearer x\r\n"));
    CHECK_THAT(sent, Contains("\r\nX-Empty:\r\n"));
    CHECK_THAT(sent, Contains("\r\nUser-Agent: tenon\r\n"));
    CHECK_THAT(sent, Contains("\r\nContent-Type: application/x-www-form-urlencoded\r\n"));
    CHECK_THAT(sent, EndsWith("\r\n\r\ngrant_type=refresh_token"));

    asked = get(server.url());
    asked.method = "DELETE";
    CHECK_THAT(client.ask(asked).body, Contains("DELETE / HTTP/1.1\r\n") && !Contains("Content-"));
    asked.method = "PATCH";
    asked.body = std::string(2'000'000, 'x');
    asked.max_body_bytes = 3'000'000;
    const auto patched = client.ask(asked).body;
    CHECK_THAT(
        patched.substr(0, 300), Contains("PATCH / HTTP/1.1\r\n") && !Contains("Content-Type")
    );
    CHECK_THAT(patched.substr(0, 300), !Contains("Expect"));
    CHECK_THAT(patched.substr(0, 300), Contains("Content-Length: 2000000\r\n"));
    asked = post(server.url(), "");
    CHECK_THAT(client.ask(asked).body, Contains("\r\nContent-Length: 0\r\n"));
}

TEST_CASE("HEAD has no body, whatever its length says") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
        connection.wait_for_close();
    });
    running_client client;
    auto asked = get(server.url());
    asked.method = "HEAD";
    const auto answer = client.ask(asked);
    CHECK(answer.outcome == transport::ok);
    CHECK(answer.body.empty());
}

TEST_CASE("a redirect is an answer, not an instruction") {
    std::atomic<int> asked{0};
    scripted_server server([&](accepted& connection, int) {
        while (!connection.read_request().empty()) {
            ++asked;
            connection.send("HTTP/1.1 302 Found\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
        }
    });
    running_client client;
    const auto answer = client.ask(get(server.url()));
    CHECK(asked == 1);
    CHECK(answer.outcome == transport::ok);
    CHECK(answer.status == 302);
    CHECK(header_of(answer, "location") == "/other");
}

TEST_CASE("the environment's proxy is not ours") {
    ::setenv("http_proxy", "http://127.0.0.1:1", 1);
    ::setenv("ALL_PROXY", "http://127.0.0.1:1", 1);
    scripted_server server(echo);
    running_client client;
    CHECK(client.ask(get(server.url())).status == 200);
    ::unsetenv("http_proxy");
    ::unsetenv("ALL_PROXY");
}

TEST_CASE("a configured proxy is asked, except for addresses that users supplied") {
    scripted_server proxy(echo);
    tenon::host::outbound_options options;
    options.proxy = proxy.url();
    running_client client(options);
    const auto answer = client.ask(get("http://name.invalid:8080/x"));
    CHECK(answer.status == 200);
    CHECK_THAT(answer.body, Contains("GET http://name.invalid:8080/x HTTP/1.1\r\n"));

    scripted_server server(echo);
    auto asked = get(server.url());
    asked.addresses = tenon::host::address_policy::public_only;
    CHECK(client.ask(asked).outcome == transport::denied);

    // What leads to this machine is not for a proxy, which may be another one.
    CHECK(client.ask(get(server.url())).status == 200);
    CHECK(server.connections() == 1);
    CHECK(proxy.connections() == 1);

    options.proxy_guards_addresses = true;
    running_client guarded(options);
    CHECK(guarded.ask(asked).status == 200);
    CHECK(server.connections() == 1);

    options.no_proxy = "127.0.0.1";
    running_client nearby(options);
    CHECK(nearby.ask(asked).status == 200);
    CHECK(server.connections() == 1);
}
