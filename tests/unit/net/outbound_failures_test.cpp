// How it ends when it doesn't end well, and whether the request was sent.
#include "net/outbound.hpp"

#include "support/catch.hpp"
#include "unit/net/fixture.hpp"

#include <atomic>

using namespace tenon::test;
using tenon::host::address_policy;
using tenon::host::milliseconds;
using tenon::host::request_sent;
using tenon::host::transport;

TEST_CASE("nobody listening: connect, and not sent") {
    std::string url;
    {
        scripted_server gone([](accepted&, int) {});
        url = gone.url();
    }
    running_client client;
    const auto answer = client.ask(post(url, "a=b"));
    CHECK(answer.outcome == transport::connect);
    CHECK(answer.sent == request_sent::no);
    CHECK_FALSE(answer.problem.empty());
}

TEST_CASE("a name that can't exist: dns, and not sent") {
    running_client client;
    const auto answer = client.ask(get("http://" + std::string(70, 'a') + "/"));
    CHECK(answer.outcome == transport::dns);
    CHECK(answer.sent == request_sent::no);
}

TEST_CASE("a connection that is reset after the request was read: maybe sent") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.reset();
    });
    running_client client;
    const auto answer = client.ask(post(server.url(), "a=b"));
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent == request_sent::maybe);
    CHECK(answer.status == 0);
}

TEST_CASE("a connection that is reset at once: never said to be answered") {
    scripted_server server([](accepted& connection, int) { connection.reset(); });
    running_client client;
    const auto answer = client.ask(post(server.url(), "a=b"));
    CHECK((answer.outcome == transport::reset || answer.outcome == transport::connect));
    CHECK(answer.sent != request_sent::yes);
}

TEST_CASE("an answer that stops in the middle is none, but it was sent") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\"");
    });
    running_client client;
    const auto answer = client.ask(post(server.url(), "a=b"));
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent == request_sent::yes);
    CHECK(answer.body.empty());
}

TEST_CASE("what is not HTTP is no answer, but it was sent") {
    scripted_server server([](accepted& connection, int) {
        (void)connection.read_request();
        connection.send("HELLO THERE\r\n\r\n");
    });
    running_client client;
    const auto answer = client.ask(get(server.url()));
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent == request_sent::yes);
}

TEST_CASE("a server without TLS is tls, and not sent") {
    scripted_server server([](accepted& connection, int) {
        connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
        connection.wait_for_close();
    });
    running_client client;
    const auto answer =
        client.ask(post("https://127.0.0.1:" + std::to_string(server.port()) + "/", "a=b"));
    CHECK(answer.outcome == transport::tls);
    CHECK(answer.sent == request_sent::no);
}

TEST_CASE("the deadline holds for silence, and for an answer that drips") {
    std::atomic<bool> enough{false};
    scripted_server server([&](accepted& connection, int) {
        const auto asked = connection.read_request();
        if (asked.find("/drip") != asked.npos) {
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n");
            while (!enough && connection.send("x")) {
                std::this_thread::yield();
            }
        }
        connection.wait_for_close();
    });
    running_client client;
    auto asked = get(server.url("/silent"));
    asked.timeout = milliseconds(60);
    const auto silent = client.ask(asked);
    CHECK(silent.outcome == transport::timeout);
    CHECK(silent.sent == request_sent::maybe);
    asked.url = server.url("/drip");
    asked.max_body_bytes = 2'000'000;
    const auto dripping = client.ask(asked);
    enough = true;
    CHECK(dripping.outcome == transport::timeout);
    CHECK(dripping.sent == request_sent::yes);
    CHECK(dripping.body.empty());
}

TEST_CASE("a request that changes something is never sent a second time by itself") {
    std::atomic<int> seen{0};
    // The first request of a connection is answered, the second one read and dropped.
    scripted_server server([&](accepted& connection, int) {
        for (int i = 0; i < 2; ++i) {
            if (connection.read_request().empty()) {
                return;
            }
            ++seen;
            if (i == 0) {
                connection.answer("200 OK", "{}");
            }
        }
    });
    running_client client;
    CHECK(client.ask(get(server.url())).status == 200);
    const auto dropped = client.ask(post(server.url(), "refresh_token=once"));
    CHECK(dropped.outcome == transport::reset);
    CHECK(dropped.sent == request_sent::maybe);
    CHECK(seen == 2);
    // What changes nothing may be, if its caller says so: the answer comes by another connection.
    auto harmless = get(server.url());
    harmless.may_resend = true;
    CHECK(client.ask(harmless).status == 200);
    CHECK(client.ask(harmless).status == 200);
    CHECK(seen == 5);
    // A GET that mints a token, as some providers have it, is not.
    CHECK(client.ask(get(server.url())).outcome == transport::reset);
    CHECK(seen == 6);
}

TEST_CASE("an address that a user supplied leads to no network of ours") {
    scripted_server server([](accepted& connection, int) {
        while (!connection.read_request().empty()) {
            connection.answer("200 OK", "secret");
        }
    });
    running_client client;
    auto asked = get(server.url());
    asked.addresses = address_policy::public_only;
    const auto denied = client.ask(asked);
    CHECK(denied.outcome == transport::denied);
    CHECK(denied.sent == request_sent::no);
    CHECK(server.connections() == 0);
    // Not by a connection either that somebody else opened and that is kept.
    CHECK(client.ask(get(server.url())).status == 200);
    const auto still = client.ask(asked);
    CHECK(still.outcome == transport::denied);
    CHECK(still.sent == request_sent::no);
    CHECK(still.body.empty());
    for (const std::string url :
         {"http://localhost/", "http://[::1]/", "http://0x7f.1/", "http://[::ffff:127.0.0.1]/",
          "http://0/", "http://169.254.169.254/", "http://[64:ff9b::7f00:1]/"}) {
        INFO(url);
        asked.url = url;
        const auto answer = client.ask(asked);
        CHECK(answer.outcome == transport::denied);
        CHECK(answer.sent == request_sent::no);
    }
}

TEST_CASE("what can't be sent as it stands is denied") {
    running_client client;
    const auto outcome = [&](tenon::host::outbound_request asked) {
        const auto answer = client.ask(std::move(asked));
        CHECK(answer.sent == request_sent::no);
        return answer.outcome;
    };
    for (const std::string url :
         {"ftp://127.0.0.1/", "file:///etc/passwd", "127.0.0.1", "", "http://",
          "http://user:pass@127.0.0.1/", "gopher://127.0.0.1/"}) {
        INFO(url);
        CHECK(outcome(get(url)) == transport::denied);
    }
    auto split = get("http://127.0.0.1:1/");
    split.headers.emplace_back("X", "a\r\nHost: b");
    CHECK(outcome(split) == transport::denied);
    auto name = get("http://127.0.0.1:1/");
    name.headers.emplace_back("X: y\r\nZ", "a");
    CHECK(outcome(name) == transport::denied);
    auto method = get("http://127.0.0.1:1/");
    method.method = "GET / HTTP/1.1\r\nX:";
    CHECK(outcome(method) == transport::denied);
}
