#include "support/catch.hpp"
#include "unit/http/fixture.hpp"

using Catch::Matchers::Contains;
using Catch::Matchers::EndsWith;
using tenon::test::count_of;
using tenon::test::hello;
using tenon::test::status_of;
using tenon::test::talk;

TEST_CASE("a request is answered, with its length, a date, a request id and security headers") {
    talk with;
    const auto answer = with.say(hello);
    CHECK(status_of(answer) == 200);
    CHECK_THAT(answer, Contains("\r\nContent-Length: 17\r\n"));
    CHECK_THAT(answer, Contains("\r\nDate: Sat, 21 Nov 2026 10:00:00 GMT\r\n"));
    CHECK_THAT(answer, Contains("\r\nX-Request-Id: 0001020304050607-1\r\n"));
    CHECK_THAT(answer, Contains("\r\nX-Content-Type-Options: nosniff\r\n"));
    CHECK_THAT(answer, Contains("\r\nContent-Security-Policy: default-src 'none'"));
    CHECK_THAT(answer, EndsWith("\r\n\r\n{\"hello\":\"world\"}"));
    CHECK_THAT(answer, !Contains("Server:"));
    CHECK_THAT(answer, !Contains("Connection:"));
    CHECK_FALSE(with.over());
}

TEST_CASE("a request that comes a byte at a time is answered like one that comes at once") {
    talk at_once;
    talk slowly;
    const std::string asked =
        "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n3;x=y\r\n{\"a\r\n4\r\n\":1}\r\n0\r\nTrailer: t\r\n\r\n";
    const auto expected = at_once.say(asked);
    CHECK(status_of(expected) == 200);
    CHECK_THAT(expected, EndsWith("\r\n\r\n7"));
    CHECK(slowly.say(asked, 1) == expected);
}

TEST_CASE("pipelined requests are answered in order, the ones behind a coroutine after it") {
    talk with;
    const auto answer = with.say(
        "GET /api/echo/1/x HTTP/1.1\r\nHost: h\r\n\r\nGET /api/later HTTP/1.1\r\nHost: h\r\n\r\n"
        "\r\nGET /api/echo/2/x HTTP/1.1\r\nHost: h\r\n\r\n" +
        hello
    );
    CHECK(count_of(answer, "HTTP/1.1 200 OK") == 4);
    CHECK(answer.find("[1,x]") < answer.find("\"later\""));
    CHECK(answer.find("\"later\"") < answer.find("[2,x]"));
    CHECK(answer.find("[2,x]") < answer.find("world"));
    CHECK_FALSE(with.over());
}

TEST_CASE("parameters are decoded by segment, and the query in order with its duplicates") {
    talk with;
    const auto answer = with.say(
        "GET /api/v1/echo/a%2Fb/x%7Cy:z?q=1&q=2+3&empty&e=%C3%A9 HTTP/1.1\r\nHost: h\r\n\r\n"
    );
    CHECK_THAT(answer, EndsWith("[a/b,x|y:z,q=1,q=2 3,empty=,e=\xC3\xA9]"));
}

TEST_CASE("HEAD is answered as GET is, without the body") {
    talk with;
    const auto answer = with.say("HEAD /api/hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK(status_of(answer) == 200);
    CHECK_THAT(answer, Contains("\r\nContent-Length: 17\r\n"));
    CHECK_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_CASE("HTTP/1.0 closes unless it asks not to") {
    talk closing;
    CHECK_THAT(
        closing.say("GET /api/hello HTTP/1.0\r\n\r\n"), Contains("\r\nConnection: close\r\n")
    );
    CHECK(closing.over());
    talk keeping;
    CHECK_THAT(
        keeping.say("GET /api/hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
        Contains("\r\nConnection: keep-alive\r\n")
    );
    CHECK_FALSE(keeping.over());
}

TEST_CASE("`Connection: close` is heeded") {
    talk with;
    const auto answer =
        with.say("GET /api/hello HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n" + hello);
    CHECK(count_of(answer, "HTTP/1.1 200") == 1);
    CHECK_THAT(answer, Contains("\r\nConnection: close\r\n"));
    CHECK(with.over());
}

TEST_CASE("a peer that sends no more still gets its answers") {
    talk with;
    auto answer = with.say(hello);
    answer += with.hang_up();
    CHECK(count_of(answer, "HTTP/1.1 200") == 1);
    CHECK(with.over());
}

TEST_CASE("a client that expects 100 is told to go on, or why not, before it sends") {
    const std::string head =
        "POST /api/small HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ";
    talk with;
    CHECK(with.say(head + "5\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
    CHECK(status_of(with.say("12345")) == 200);
    talk large;
    CHECK(status_of(large.say(head + "9\r\n\r\n")) == 413);
    CHECK(large.over());
    talk nowhere;
    CHECK(
        status_of(nowhere.say(
            "POST /nowhere HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n"
        )) == 404
    );
    CHECK(nowhere.over());
}

TEST_CASE("a client's own request id is taken over only if it is harmless") {
    talk with;
    const auto ask = [&](const std::string& id) {
        return with.say("GET /api/hello HTTP/1.1\r\nHost: h\r\nX-Request-Id: " + id + "\r\n\r\n");
    };
    CHECK_THAT(ask("Client-1._x"), Contains("\r\nX-Request-Id: Client-1._x\r\n"));
    CHECK_THAT(ask(std::string(65, 'a')), !Contains("aaaa"));
    CHECK_THAT(ask("<script>"), !Contains("script"));
    CHECK_THAT(ask("a b"), !Contains("a b"));
}

TEST_CASE("an exception in a handler is 500 with a fixed text, and the conversation goes on") {
    talk with;
    for (const auto* path : {"/api/broken", "/api/broken-later", "/api/split"}) {
        const auto answer = with.say("GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n");
        CHECK(status_of(answer) == 500);
        CHECK_THAT(answer, Contains("\"error\":\"INTERNAL\""));
        CHECK_THAT(answer, !Contains("hunter2"));
        CHECK_THAT(answer, !Contains("Set-Cookie"));
    }
    CHECK(status_of(with.say(hello)) == 200);
}

TEST_CASE("while the host drains, the last answer says so, but not before all that came is answered"
) {
    talk with;
    with.conversation.begin_drain();
    const auto answer = with.say(hello + hello);
    CHECK(count_of(answer, "HTTP/1.1 200") == 2);
    CHECK(count_of(answer, "Connection: close") == 1);
    CHECK(answer.rfind("Connection: close") > answer.rfind("HTTP/1.1 200"));
    CHECK(with.over());
}

TEST_CASE("the observer hears the route's pattern and status, never the path") {
    talk with;
    (void)with.say("GET /api/echo/secret/x?token=hunter2 HTTP/1.1\r\nHost: h\r\n\r\n");
    (void)with.say("GET /hunter2 HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto seen = with.observer.answers();
    REQUIRE(seen.size() == 2);
    CHECK(seen[0].route == "/api/echo/:a/:b");
    CHECK(seen[0].status == 200);
    CHECK(seen[1].route.empty());
    CHECK(seen[1].status == 404);
}
