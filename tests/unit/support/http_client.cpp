#include "support/http_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "support/catch.hpp"

using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

// Answers one connection with fixed bytes, and keeps what it was asked.
class one_answer {
  public:
    explicit one_answer(std::string answer) : answer_(std::move(answer)) {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        const bool listens = ::bind(listener_, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                             ::listen(listener_, 1) == 0;
        REQUIRE(listens);
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread([this] { serve(); });
    }
    ~one_answer() {
        join();
        ::close(listener_);
    }
    one_answer(const one_answer&) = delete;
    auto operator=(const one_answer&) -> one_answer& = delete;

    auto port() const -> std::uint16_t { return port_; }
    auto url() const -> std::string { return "http://127.0.0.1:" + std::to_string(port_); }
    auto asked() -> std::string {
        join();
        return asked_;
    }

  private:
    void join() {
        if (thread_.joinable()) {
            thread_.join();
        }
    }
    void serve() {
        const int connection = ::accept(listener_, nullptr, nullptr);
        std::array<char, 4096> buffer{};
        while (asked_.find("\r\n\r\n") == std::string::npos) {
            const auto count = ::recv(connection, buffer.data(), buffer.size(), 0);
            if (count <= 0) {
                break;
            }
            asked_.append(buffer.data(), static_cast<std::size_t>(count));
        }
        ::send(connection, answer_.data(), answer_.size(), MSG_NOSIGNAL);
        ::close(connection);
    }

    std::string answer_;
    std::string asked_;
    int listener_ = -1;
    std::uint16_t port_ = 0;
    std::thread thread_;
};

}  // namespace

TEST_CASE("a redirect is answered as it is, and not followed") {
    one_answer server(
        "HTTP/1.1 303 See Other\r\nLocation: http://127.0.0.1:1/x?a=b%20c\r\nContent-Length: "
        "0\r\n\r\n"
    );
    const auto response = http_client(server.url(), {{"X-Common", "1"}}).get("/here?x=1");
    CHECK(response.status == 303);
    CHECK(query_parameter(response.field("location").value(), "a") == "b c");
    const auto asked = server.asked();
    CHECK(asked.starts_with("GET /here?x=1 HTTP/1.1\r\n"));
    CHECK_THAT(asked, Catch::Contains("X-Common: 1\r\n"));
}

TEST_CASE("a JSON body is sent with its type, and an answer's body is parsed") {
    one_answer server("HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{\"a\": 1}");
    const auto response = http_client(server.url()).post("/", {{"key", "value"}});
    CHECK(response.json().at("a") == 1);
    CHECK_THAT(server.asked(), Catch::Contains("Content-Type: application/json\r\n"));
}

TEST_CASE("a body without a type is sent without one") {
    one_answer server("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    const auto response = http_client(server.url()).send({"POST", "/", {}, "abc"});
    CHECK(response.status == 200);
    CHECK_THAT(server.asked(), !Catch::Contains("Content-Type"));
}

TEST_CASE("an answer that is cut off is an error and not an answer") {
    one_answer server("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort");
    CHECK_THROWS_AS(http_client(server.url()).get("/"), std::runtime_error);
}

TEST_CASE("a bare socket sends what it is told and sees the other side close") {
    one_answer server("bye");
    raw_connection connection("127.0.0.1", server.port());
    CHECK(connection.send("rubbish\r\n\r\n"));
    CHECK(connection.receive_all(30s) == "bye");
    CHECK(connection.closed());
    CHECK(server.asked() == "rubbish\r\n\r\n");
}

TEST_CASE("work that is done at once is done once by each") {
    std::atomic<int> sum = 0;
    at_once(8, [&](std::size_t i) { sum += static_cast<int>(i); });
    CHECK(sum == 28);
    CHECK_THROWS_AS(
        at_once(2, [](std::size_t) { throw std::runtime_error("x"); }), std::runtime_error
    );
}

TEST_CASE("query parameters are found whole and decoded") {
    CHECK(query_parameter("http://h/p?code=1&state=a%2Bb#f", "state") == "a+b");
    CHECK_FALSE(query_parameter("http://h/p?mystate=1", "state").has_value());
    CHECK(query_parameter("http://h/p?flag", "flag") == "");
    CHECK(percent_encoded("a b/ü~") == "a%20b%2F%C3%BC~");
}
