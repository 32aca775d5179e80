#include "support/simulator/server.hpp"

#include "support/simulator/http_reader.hpp"
#include "unit/simulator/client.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

using namespace tenon::sim;

namespace {

namespace asio = boost::asio;

struct connection {
    explicit connection(const server& serving) {
        socket.connect({asio::ip::make_address("127.0.0.1"), serving.port()});
    }
    void send(const std::string& text) { asio::write(socket, asio::buffer(text)); }
    auto get(const std::string& path) -> std::string {
        send("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        return head();
    }
    // Up to the end of one answer's head.
    auto head() -> std::string {
        std::string text;
        char one = 0;
        while (!text.ends_with("\r\n\r\n") &&
               asio::read(socket, asio::buffer(&one, 1), problem) == 1) {
            text += one;
        }
        return text;
    }
    // Everything until the connection ends.
    auto rest() -> std::string {
        std::string text;
        asio::read(socket, asio::dynamic_buffer(text), problem);
        return text;
    }
    asio::io_context loop;
    asio::ip::tcp::socket socket{loop};
    boost::system::error_code problem;
};

}  // namespace

TEST_CASE("one connection takes one request after the other, also sent at once") {
    const server serving(make_simulator("tiktok"));
    connection c(serving);
    c.send("GET /a HTTP/1.1\r\n\r\nGET /b HTTP/1.1\r\nConnection: close\r\n\r\n");
    const auto all = c.rest();
    CHECK(all.find("HTTP/1.1 404") == 0);
    CHECK(all.rfind("HTTP/1.1 404") > 0);
    CHECK(all.find("Connection: close") != std::string::npos);
}

TEST_CASE("the OpenID provider's issuer is the server's address") {
    const server serving(make_simulator("oidc"));
    connection c(serving);
    c.send("GET /.well-known/openid-configuration HTTP/1.1\r\nConnection: close\r\n\r\n");
    CHECK(c.rest().find("\"issuer\":\"" + serving.url() + '"') != std::string::npos);
}

TEST_CASE("a delayed answer holds nobody else up") {
    server serving(make_simulator("tiktok"));
    serving.on_stage().inject({"/slow", fault_kind::delay, 1, 60'000});
    connection slow(serving);
    connection fast(serving);
    slow.send("GET /slow HTTP/1.1\r\n\r\n");
    // Another connection may get to the fault's path first, but not to its answer.
    CHECK(fast.get("/fast").starts_with("HTTP/1.1 404"));
}

TEST_CASE("a reset is a reset, before or after the request was served") {
    server serving(make_simulator("tiktok"));
    for (const auto kind : {fault_kind::reset_before_read, fault_kind::reset_after_read}) {
        serving.on_stage().inject({"/x", kind});
        connection c(serving);
        c.get("/x");
        CHECK(c.problem == asio::error::connection_reset);
    }
    CHECK(serving.on_stage().requests()["/x"] == 1);
}

TEST_CASE("a connection that ends in mid-body has sent less than it promised") {
    server serving(make_simulator("tiktok"));
    serving.on_stage().inject({"/x", fault_kind::close_mid_body});
    connection c(serving);
    const auto head = c.get("/x");
    const auto body = c.rest();
    CHECK(c.problem == asio::error::eof);
    const auto at = head.find("Content-Length: ") + 16;
    CHECK(body.size() < std::stoul(head.substr(at)));
}

TEST_CASE("what is not HTTP/1.1 with a length is refused") {
    CHECK(read_head("GET /a?b=c HTTP/1.1\r\nX-Y:  z \r\n\r\n")->request.header("x-y") == "z");
    CHECK_FALSE(read_head("GET /a\r\n\r\n"));
    CHECK_FALSE(read_head("GET a HTTP/1.1\r\n\r\n"));
    CHECK_FALSE(read_head("GET /a HTTP/2\r\n\r\n"));
    CHECK_FALSE(read_head("POST /a HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
    CHECK_FALSE(read_head("POST /a HTTP/1.1\r\nContent-Length: 1x\r\n\r\n"));
    CHECK_FALSE(read_head("POST /a HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"));
    CHECK_FALSE(read_head("GET /a HTTP/1.1\r\nno colon\r\n\r\n"));
    CHECK_FALSE(read_head("GET /a HTTP/1.0\r\n\r\n")->keep_alive);
}
