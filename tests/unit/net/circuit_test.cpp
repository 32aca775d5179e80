#include "net/circuit.hpp"

#include "support/catch.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>
#include <vector>

using namespace tenon::host;
namespace asio = boost::asio;

namespace {

constexpr circuit_policy policy{3, milliseconds(1000), milliseconds(3000)};
const time_point start{milliseconds(1'000'000)};

// Requests: one of before the circuit opened, one that it is tried with.
constexpr std::uint64_t early = 1;
constexpr std::uint64_t trial = 100;

class set_clock final : public tenon::host::clock {
  public:
    [[nodiscard]] auto now() const noexcept -> time_point override { return at; }
    time_point at = start;
};

// Answers what it is told to.
class told final : public outbound_http {
  public:
    auto send(outbound_request request) -> asio::awaitable<outbound_response> override {
        asked.push_back(request.url);
        if (throws) {
            throw std::runtime_error("broken");
        }
        co_return next;
    }
    outbound_response next;
    std::vector<std::string> asked;
    bool throws = false;
};

struct bench {
    set_clock time;
    told* inner = nullptr;
    std::vector<circuit_state> heard;
    std::vector<milliseconds> heard_spans;
    std::unique_ptr<circuit_breaker> breaker;

    bench() {
        auto made = std::make_unique<told>();
        inner = made.get();
        inner->next.status = 200;
        breaker = make_circuit_breaker(
            std::move(made), time, policy,
            [this](std::string_view, circuit_state state, milliseconds open_for) {
                heard.push_back(state);
                heard_spans.push_back(open_for);
            }
        );
    }
    auto ask(const std::string& url = "https://a.example/x") const -> outbound_response {
        asio::io_context context;
        outbound_request request;
        request.url = url;
        outbound_response answer;
        asio::co_spawn(
            context, breaker->send(std::move(request)),
            [&](std::exception_ptr, outbound_response came) { answer = std::move(came); }
        );
        context.run();
        return answer;
    }
    void fail(int times) {
        inner->next.outcome = transport::timeout;
        for (int i = 0; i < times; ++i) {
            (void)ask();
        }
    }
};

}  // namespace

TEST_CASE("a circuit opens after so many failures in a row, and only in a row") {
    circuit one(policy);
    for (int i = 0; i < 2; ++i) {
        one.report(early, circuit::verdict::failure, start);
    }
    one.report(early, circuit::verdict::success, start);
    for (int i = 0; i < 2; ++i) {
        one.report(early, circuit::verdict::failure, start);
        CHECK(one.state(start) == circuit_state::closed);
    }
    one.report(early, circuit::verdict::failure, start);
    CHECK(one.state(start) == circuit_state::open);
    CHECK_FALSE(one.ask(trial, start + milliseconds(999)).allowed);
    CHECK(one.ask(trial, start + milliseconds(400)).retry_after == milliseconds(600));
}

TEST_CASE("half-open lets one trial through; its success closes, its failure opens for longer") {
    circuit one(policy);
    for (int i = 0; i < 3; ++i) {
        one.report(early, circuit::verdict::failure, start);
    }
    auto now = start + milliseconds(1000);
    CHECK(one.state(now) == circuit_state::half_open);
    CHECK(one.ask(trial, now).allowed);
    CHECK_FALSE(one.ask(trial, now).allowed);
    one.report(trial, circuit::verdict::failure, now);
    CHECK(one.ask(trial, now).retry_after == milliseconds(2000));
    now += milliseconds(2000);
    CHECK(one.ask(trial, now).allowed);
    one.report(trial, circuit::verdict::failure, now);
    CHECK(one.ask(trial, now).retry_after == milliseconds(3000));  // the ceiling
    now += milliseconds(3000);
    CHECK(one.ask(trial, now).allowed);
    one.report(trial, circuit::verdict::success, now);
    CHECK(one.state(now) == circuit_state::closed);
    CHECK(one.ask(trial, now).allowed);
}

TEST_CASE("a trial that was abandoned lets another one try") {
    circuit one(policy);
    for (int i = 0; i < 3; ++i) {
        one.report(early, circuit::verdict::failure, start);
    }
    const auto now = start + milliseconds(1000);
    CHECK(one.ask(trial, now).allowed);
    one.report(trial, circuit::verdict::abandoned, now);
    CHECK(one.ask(trial, now).allowed);
}

TEST_CASE("what began before the circuit opened says nothing of its trial") {
    circuit one(policy);
    for (int i = 0; i < 10; ++i) {
        one.report(early, circuit::verdict::failure, start);
    }
    auto now = start + milliseconds(1000);
    REQUIRE(one.ask(trial, now).allowed);
    // Late ones, while it is tried: nor do they end the trial.
    one.report(early, circuit::verdict::failure, now);
    CHECK(one.state(now) == circuit_state::half_open);
    CHECK_FALSE(one.ask(trial + 1, now).allowed);
    one.report(early, circuit::verdict::abandoned, now);
    CHECK_FALSE(one.ask(trial + 1, now).allowed);
    one.report(trial, circuit::verdict::failure, now);
    CHECK(one.ask(trial + 1, now).retry_after == milliseconds(2000));
}

TEST_CASE("an open circuit answers at once: connect, not sent, and when to come again") {
    bench with;
    with.fail(3);
    CHECK(with.inner->asked.size() == 3);
    const auto refused = with.ask();
    CHECK(with.inner->asked.size() == 3);
    CHECK(refused.outcome == transport::connect);
    CHECK(refused.sent == request_sent::no);
    REQUIRE(refused.headers.size() == 1);
    CHECK(refused.headers[0] == std::pair<std::string, std::string>("retry-after", "1"));
    CHECK(refused.retry_after == milliseconds(1000));
    // Another origin is none of its business.
    CHECK(with.ask("https://b.example/").outcome == transport::timeout);
    CHECK(with.ask("http://a.example/").outcome == transport::timeout);

    with.time.at += milliseconds(1000);
    with.inner->next = {};
    with.inner->next.status = 200;
    CHECK(with.ask("https://A.example:443/").status == 200);
    CHECK(with.ask().status == 200);
    CHECK(with.heard == std::vector<circuit_state>{circuit_state::open, circuit_state::closed});
}

TEST_CASE("an opening is told with its time, and its end with none") {
    bench with;
    with.fail(3);
    with.time.at += milliseconds(1000);
    with.fail(1);
    with.time.at += milliseconds(2000);
    with.inner->next = {};
    with.inner->next.status = 200;
    CHECK(with.ask().status == 200);
    CHECK(
        with.heard_spans ==
        std::vector<milliseconds>{milliseconds(1000), milliseconds(2000), milliseconds(0)}
    );
}

TEST_CASE("what another host finds failing is not asked, a second longer than it says") {
    bench with;
    with.breaker->heed("https://a.example:443", milliseconds(500));
    CHECK(with.ask().retry_after == milliseconds(1500));
    CHECK(with.ask("https://b.example/").status == 200);
    CHECK(with.inner->asked.size() == 1);
    CHECK(with.heard.empty());
    SECTION("then one tries, and its success is told") {
        with.time.at += milliseconds(1500);
        CHECK(with.ask().status == 200);
        CHECK(with.heard == std::vector<circuit_state>{circuit_state::closed});
    }
    SECTION("then one tries, and its failure opens it here") {
        with.time.at += milliseconds(1500);
        with.fail(1);
        CHECK(with.ask().outcome == transport::connect);
        CHECK(with.heard == std::vector<circuit_state>{circuit_state::open});
    }
    SECTION("it is asked at once where the other finds it well") {
        with.breaker->heed("https://a.example:443", milliseconds(0));
        CHECK(with.ask().status == 200);
    }
    SECTION("and never longer than this host would wait") {
        with.breaker->heed("https://a.example:443", std::chrono::hours(1));
        CHECK(with.ask().retry_after == policy.open_ceiling);
    }
}

TEST_CASE("a clock that is set back does not keep a circuit open") {
    bench with;
    with.fail(3);
    CHECK(with.ask().outcome == transport::connect);
    with.time.at -= std::chrono::hours(1);
    CHECK(with.ask().outcome == transport::timeout);
    CHECK(with.inner->asked.size() == 4);
}

TEST_CASE("5xx counts as a failure, 4xx does not, nor does what never left") {
    bench with;
    const auto opens = [&](transport outcome, std::uint32_t status) {
        bench fresh;
        fresh.inner->next.outcome = outcome;
        fresh.inner->next.status = status;
        for (int i = 0; i < 4; ++i) {
            (void)fresh.ask();
        }
        return fresh.inner->asked.size() == 3;
    };
    CHECK(opens(transport::ok, 503));
    CHECK(opens(transport::reset, 0));
    CHECK(opens(transport::dns, 0));
    CHECK(opens(transport::tls, 0));
    CHECK_FALSE(opens(transport::ok, 429));
    CHECK_FALSE(opens(transport::ok, 401));
    CHECK_FALSE(opens(transport::too_large, 200));
    CHECK_FALSE(opens(transport::denied, 0));
    CHECK_FALSE(opens(transport::cancelled, 0));
}

TEST_CASE("a trial that ends by an exception does not keep the circuit shut for ever") {
    bench with;
    with.fail(3);
    with.time.at += milliseconds(1000);
    with.inner->throws = true;
    (void)with.ask();
    with.inner->throws = false;
    with.inner->next = {};
    with.inner->next.status = 200;
    CHECK(with.ask().status == 200);
}

TEST_CASE("however many origins failed, the next one that fails has a circuit") {
    bench with;
    with.inner->next.outcome = transport::dns;
    for (int i = 0; i < 4'100; ++i) {
        (void)with.ask("https://gone-" + std::to_string(i) + ".example/");
    }
    with.fail(3);
    const auto asked = with.inner->asked.size();
    (void)with.ask();
    CHECK(with.inner->asked.size() == asked);
}

TEST_CASE("an origin is scheme, host and port") {
    CHECK(origin_of("HTTPS://Api.Example/x?y#z") == "https://api.example:443");
    CHECK(origin_of("http://api.example:8080") == "http://api.example:8080");
    CHECK(origin_of("http://[::1]/x") == "http://[::1]:80");
    CHECK(origin_of("http://[::1]:8080/x") == "http://[::1]:8080");
    CHECK(origin_of("https://user@api.example/") == "https://api.example:443");
    CHECK(origin_of("ftp://a/").empty());
    CHECK(origin_of("a.example").empty());
    CHECK(origin_of("http:///x").empty());
}
