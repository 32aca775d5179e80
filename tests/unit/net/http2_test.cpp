// Providers speak HTTP/2: what is promised of an exchange holds there too.
#include "net/outbound.hpp"
#include "support/catch.hpp"
#include "support/node.hpp"
#include "support/process.hpp"
#include "unit/http/certificate.hpp"
#include "unit/net/fixture.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace tenon::test {
namespace {

using host::outbound_options;
using host::outbound_response;
using host::request_sent;
using host::transport;
using nlohmann::json;

class http2_world {
  public:
    http2_world()
        : server_(
              {{node_program(), TENON_HTTP2_SERVER, certificate_.file(), certificate_.key_file()},
               {},
               {},
               {},
               {}}
          ),
          port_(server_.wait_for_line("listening on ", std::chrono::seconds(30))),
          client_(options()) {}

    [[nodiscard]] auto url(const std::string& path) const -> std::string {
        return "https://127.0.0.1:" + port_ + path;
    }
    auto client() -> running_client& { return client_; }
    auto post_to(const std::string& path) -> outbound_response {
        return client_.ask(post(url(path), "a=b"));
    }
    auto count(const std::string& path) -> int {
        return json::parse(client_.ask(get(url("/counts"))).body).value(path, 0);
    }

  private:
    auto options() const -> outbound_options {
        outbound_options made;
        made.ca_file = certificate_.file();
        return made;
    }

    certificate certificate_;
    process server_;
    std::string port_;
    running_client client_;
};

}  // namespace

TEST_CASE("HTTP/2: a request is made and its answer comes back, headers in lower case") {
    http2_world here;
    const auto answer = here.post_to("/echo");
    INFO(answer.problem);
    REQUIRE(answer.outcome == transport::ok);
    CHECK(answer.status == 200);
    CHECK(answer.sent == request_sent::yes);
    CHECK(header_of(answer, "content-type") == "application/json");
    CHECK(
        std::ranges::count(
            answer.headers, "set-cookie", &std::pair<std::string, std::string>::first
        ) == 2
    );
    const auto told = json::parse(answer.body);
    CHECK(told.at("method") == "POST");
    CHECK(told.at("body") == "a=b");
}

TEST_CASE("HTTP/2: many requests at once share connections") {
    http2_world here;
    REQUIRE(here.post_to("/echo").outcome == transport::ok);
    std::vector<std::future<outbound_response>> asked;
    for (int i = 0; i < 40; ++i) {
        asked.push_back(here.client().begin(post(here.url("/echo"), std::to_string(i))));
    }
    std::set<int> sessions;
    for (int i = 0; i < 40; ++i) {
        const auto answer = asked[static_cast<std::size_t>(i)].get();
        REQUIRE(answer.outcome == transport::ok);
        const auto told = json::parse(answer.body);
        CHECK(told.at("body") == std::to_string(i));  // each got its own
        sessions.insert(told.at("session").get<int>());
    }
    CHECK(sessions.size() == 1);
}

TEST_CASE("HTTP/2: a stream that ends without an answer is one request, of which nobody knows") {
    const auto* const path = GENERATE("/reset", "/gone");
    CAPTURE(path);
    http2_world here;
    REQUIRE(here.post_to("/echo").outcome == transport::ok);  // also by a connection that is reused
    const auto answer = here.post_to(path);
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent == request_sent::maybe);
    CHECK(here.count(path) == 1);
}

TEST_CASE("HTTP/2: half an answer is none, but it was sent") {
    http2_world here;
    const auto answer = here.post_to("/half");
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent == request_sent::yes);
    CHECK(answer.body.empty());
    CHECK(here.count("/half") == 1);
}

TEST_CASE("HTTP/2: a stream that the server refused is not said to be answered") {
    http2_world here;
    const auto answer = here.post_to("/refused");
    CHECK(answer.outcome == transport::reset);
    CHECK(answer.sent != request_sent::yes);
}

TEST_CASE("HTTP/2: after a connection that takes no more requests the next one has another") {
    http2_world here;
    CHECK(here.post_to("/goaway").outcome == transport::ok);
    const auto next = here.post_to("/echo");
    INFO(next.problem);
    REQUIRE(next.outcome == transport::ok);
    CHECK(json::parse(next.body).at("session") == 1);
}

TEST_CASE("HTTP/2: who does not answer is given up, and the connection serves on") {
    http2_world here;
    auto silent = post(here.url("/silent"), "a=b");
    silent.timeout = host::milliseconds(300);
    const auto answer = here.client().ask(silent);
    CHECK(answer.outcome == transport::timeout);
    CHECK(answer.sent == request_sent::maybe);
    CHECK(here.post_to("/echo").outcome == transport::ok);
}

}  // namespace tenon::test
