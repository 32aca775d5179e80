// What is not a request that may be answered, and what that is told.
#include "support/catch.hpp"
#include "unit/http/fixture.hpp"

using Catch::Matchers::Contains;
using tenon::test::count_of;
using tenon::test::status_of;
using tenon::test::talk;

namespace {

struct refused {
    const char* what;
    std::string bytes;
    unsigned status;
    const char* code;
};

const std::string get = "GET /api/hello HTTP/1.1\r\n";
const std::string post = "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";

auto refusals() -> std::vector<refused> {
    const auto bad = [](const char* what, std::string bytes) {
        return refused{what, std::move(bytes), 400, "INVALID_REQUEST"};
    };
    return {
        bad("no host", get + "\r\n"),
        bad("two hosts", get + "Host: a\r\nHost: b\r\n\r\n"),
        bad("rubbish", "\x16\x03\x01\x02\r\n\r\n"),
        bad("HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
        bad("HTTP/3.0", "GET / HTTP/3.0\r\nHost: h\r\n\r\n"),
        bad("a line feed alone within the header", get + "Host: h\nX: y\r\n\r\n"),
        bad("a folded line", get + "Host: h\r\nX-A: b\r\n c\r\n\r\n"),
        bad("a fold before the value", get + "Host: h\r\nX-A:\r\n b\r\n\r\n"),
        bad("a fold behind the value", get + "Host: h\r\nX-A: b\r\n \r\n\r\n"),
        bad("a space before the colon", get + "Host: h\r\nContent-Length : 3\r\n\r\nabc"),
        bad("a name that is no token", get + "Host: h\r\nX(A): b\r\n\r\n"),
        bad("an empty name", get + "Host: h\r\n: b\r\n\r\n"),
        bad("NUL in a value", get + "Host: h\r\nX: a" + std::string(1, '\0') + "b\r\n\r\n"),
        bad("a control character in the target", "GET /a\x01 HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("encoded NUL in the target", "GET /api/echo/a%00/b HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("a broken escape in the target", "GET /api/echo/a%4/b HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("a broken escape in the query", "GET /api/hello?a=%zz HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("a fragment", "GET /api/hello#f HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("authority form", "CONNECT example.com:443 HTTP/1.1\r\nHost: h\r\n\r\n"),
        bad("both lengths",
            post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        bad("both, the other way",
            post + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}"),
        bad("two equal lengths", post + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}"),
        bad("a list of lengths", post + "Content-Length: 2, 2\r\n\r\n{}"),
        bad("two different lengths", post + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        bad("a negative length", post + "Content-Length: -2\r\n\r\n{}"),
        bad("a length with a plus", post + "Content-Length: +2\r\n\r\n{}"),
        bad("a length in hexadecimal", post + "Content-Length: 0x2\r\n\r\n{}"),
        bad("a length that overflows", post + "Content-Length: 99999999999999999999\r\n\r\n{}"),
        bad("an unknown coding", post + "Transfer-Encoding: gzip\r\n\r\n"),
        bad("identity", post + "Transfer-Encoding: identity\r\n\r\n"),
        bad("two codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        bad("chunked twice",
            post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        bad("chunked in HTTP/1.0",
            "POST /api/json HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        bad("a chunk's size that is none", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n"),
        bad("a chunk that is longer than it says",
            post + "Transfer-Encoding: chunked\r\n\r\n2\r\n{}x\r\n0\r\n\r\n"),
        {"nothing there", "GET /nowhere HTTP/1.1\r\nHost: h\r\n\r\n", 404, "NOT_FOUND"},
        {"a trailing slash", "GET /api/hello/ HTTP/1.1\r\nHost: h\r\n\r\n", 404, "NOT_FOUND"},
        {"another method", "DELETE /api/hello HTTP/1.1\r\nHost: h\r\n\r\n", 405,
         "METHOD_NOT_ALLOWED"},
        {"a method nobody has", "BREW /api/hello HTTP/1.1\r\nHost: h\r\n\r\n", 405,
         "METHOD_NOT_ALLOWED"},
        {"text as JSON",
         "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: "
         "2\r\n\r\n{}",
         415, "UNSUPPORTED_MEDIA_TYPE"},
        {"JSON in a coding that nobody decodes",
         "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
         "Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
         415, "UNSUPPORTED_MEDIA_TYPE"},
        {"a body of no type", "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\n{}",
         415, "UNSUPPORTED_MEDIA_TYPE"},
        {"a form as JSON",
         "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-www-form-urlencoded\r\n"
         "Content-Length: 2\r\n\r\na=",
         415, "UNSUPPORTED_MEDIA_TYPE"},
        {"a body over the limit by its length", post + "Content-Length: 1048577\r\n\r\n", 413,
         "BODY_TOO_LARGE"},
        {"a body over the route's limit",
         "POST /api/small HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\n123456789", 413,
         "BODY_TOO_LARGE"},
        {"chunks over the route's limit",
         "POST /api/small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
         "5\r\n12345\r\n4\r\n6789\r\n0\r\n\r\n",
         413, "BODY_TOO_LARGE"},
        {"a chunk of an immense size",
         "POST /api/small HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: "
         "chunked\r\n\r\nffffffffffffffff\r\n",
         413, "BODY_TOO_LARGE"},
        {"a large field", get + "Host: h\r\nX: " + std::string(17 * 1024, 'a') + "\r\n\r\n", 431,
         "HEADERS_TOO_LARGE"},
        {"a field that never ends", get + "Host: h\r\nX: " + std::string(40 * 1024, 'a'), 431,
         "HEADERS_TOO_LARGE"},
        {"a target that never ends", "GET /" + std::string(40 * 1024, 'a'), 431,
         "HEADERS_TOO_LARGE"},
    };
}

}  // namespace

TEST_CASE("what is malformed, too large, elsewhere or of the wrong type gets the error shape") {
    for (const auto& [what, bytes, status, code] : refusals()) {
        for (const std::size_t piece : {std::size_t{1'000'000}, std::size_t{1}}) {
            INFO(what << ", " << piece << " bytes at a time");
            talk with;
            const auto answer = with.say(bytes, piece);
            CHECK(status_of(answer) == status);
            CHECK(count_of(answer, "HTTP/1.1 ") == 1);
            CHECK_THAT(
                answer, Contains("{\"success\":false,\"error\":\"" + std::string(code) + "\"")
            );
            CHECK_THAT(answer, Contains("\"requestId\":\""));
            CHECK_THAT(answer, Contains("\r\nX-Request-Id: "));
        }
    }
}

TEST_CASE("what follows a request that can't be understood is not taken for another") {
    talk with;
    const auto answer = with.say(
        post + "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + get +
        "Host: h\r\n\r\n"
    );
    CHECK(count_of(answer, "HTTP/1.1 ") == 1);
    CHECK(with.over());
    CHECK(with.lingers());
}

TEST_CASE("line feeds alone end no line") {
    const std::string bytes = "GET /api/hello HTTP/1.1\nHost: h\n\n";
    talk at_once;
    CHECK(status_of(at_once.say(bytes)) == 400);
    // A byte at a time the end of the line is still waited for.
    talk slowly;
    CHECK(slowly.say(bytes, 1).empty());
    CHECK(status_of(slowly.let_time_pass()) == 400);
}

TEST_CASE("many small fields are too large together") {
    talk with;
    std::string bytes = get + "Host: h\r\n";
    for (int i = 0; i < 3000; ++i) {
        bytes += "A: b\r\n";
    }
    CHECK(status_of(with.say(bytes + "\r\n")) == 431);
}

TEST_CASE("a method that is not there names those that are") {
    talk with;
    const auto answer = with.say("PUT /api/hello HTTP/1.1\r\nHost: h\r\n\r\n");
    CHECK_THAT(answer, Contains("\r\nAllow: GET, HEAD, OPTIONS\r\n"));
    CHECK_FALSE(with.over());
}

TEST_CASE("JSON comes in other spellings, and an empty body needs no type") {
    talk with;
    for (const std::string type :
         {"application/json", "Application/JSON; charset=utf-8", "application/merge-patch+json"}) {
        CHECK(
            status_of(with.say(
                "POST /api/json HTTP/1.1\r\nHost: h\r\nContent-Type: " + type +
                "\r\nContent-Length: 2\r\n\r\n{}"
            )) == 200
        );
    }
    CHECK(status_of(with.say("POST /api/json HTTP/1.1\r\nHost: h\r\n\r\n")) == 200);
    CHECK(
        status_of(with.say("POST /api/form HTTP/1.1\r\nHost: h\r\nContent-Type: "
                           "application/x-www-form-urlencoded\r\nContent-Length: 3\r\n\r\na=b")) ==
        200
    );
}

TEST_CASE("a form is wanted where a form is wanted") {
    talk with;
    for (const std::string type : {"text/plain", "application/json", "multipart/form-data"}) {
        const auto answer = with.say(
            "POST /api/form HTTP/1.1\r\nHost: h\r\nContent-Type: " + type +
            "\r\nContent-Length: 3\r\n\r\na=b"
        );
        CHECK(status_of(answer) == 415);
        CHECK_THAT(answer, Contains("x-www-form-urlencoded"));
    }
}

TEST_CASE("absolute form is taken for its path") {
    talk with;
    CHECK(status_of(with.say("GET http://h/api/hello?x=1 HTTP/1.1\r\nHost: h\r\n\r\n")) == 200);
    CHECK(status_of(with.say("GET ftp://h/api/hello HTTP/1.1\r\nHost: h\r\n\r\n")) == 400);
}

TEST_CASE("a deadline in the middle of a request is refused, between requests it is silent") {
    talk in_header;
    (void)in_header.say(get);
    CHECK(status_of(in_header.let_time_pass()) == 400);
    CHECK(in_header.over());
    talk in_body;
    (void)in_body.say(post + "Content-Length: 2\r\n\r\n{");
    CHECK(status_of(in_body.let_time_pass()) == 400);
    talk idle;
    (void)idle.say(get + "Host: h\r\n\r\n");
    CHECK(idle.let_time_pass().empty());
    CHECK(idle.over());
    talk fresh;
    CHECK(fresh.let_time_pass().empty());
}

TEST_CASE("a request that ends too early is 400") {
    talk with;
    (void)with.say(post + "Content-Length: 2\r\n\r\n{");
    CHECK(status_of(with.hang_up()) == 400);
    CHECK(with.over());
}
