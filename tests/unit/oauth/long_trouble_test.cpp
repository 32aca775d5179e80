// A provider that limits its client, then fails, then does not answer for an hour: behind its
// circuit, with a scheduler that goes on all the while.
#include "net/circuit.hpp"
#include "oauth/scheduler.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

using std::chrono::minutes;

constexpr int accounts = 60;

enum class weather { fine, limited, failing, silent };

// The way to the provider.
class stormy_http final : public outbound_http {
  public:
    stormy_http(outbound_http& inner, const weather& now, std::size_t& asked)
        : inner_(inner), now_(now), asked_(asked) {}

    auto send(outbound_request request) -> boost::asio::awaitable<outbound_response> override {
        ++asked_;
        switch (now_) {
            case weather::fine: return inner_.send(std::move(request));
            case weather::limited: return answer(429);
            case weather::failing: return answer(500);
            case weather::silent: break;
        }
        return silence();
    }

  private:
    static auto answer(std::uint32_t status) -> boost::asio::awaitable<outbound_response> {
        outbound_response made;
        made.status = status;
        made.sent = request_sent::yes;
        made.headers = {{"content-type", "application/json"}, {"retry-after", "30"}};
        made.body = "{}";
        co_return made;
    }
    static auto silence() -> boost::asio::awaitable<outbound_response> {
        outbound_response made;
        made.outcome = transport::timeout;
        made.sent = request_sent::maybe;
        co_return made;
    }

    outbound_http& inner_;
    const weather& now_;
    std::size_t& asked_;
};

struct long_trouble : flow_case {
    weather now = weather::fine;
    std::size_t asked = 0;
    std::vector<circuit_state> told;
    std::vector<milliseconds> told_spans;
    std::unique_ptr<circuit_breaker> behind{make_circuit_breaker(
        std::make_unique<stormy_http>(http, now, asked), time, circuit_policy{},
        [this](std::string_view, circuit_state state, milliseconds open_for) {
            told.push_back(state);
            told_spans.push_back(open_for);
        }
    )};
    oauth_context at = context_with({.http = behind.get()});
    refresher renewing{at};
    refresh_scheduler scheduler{at, renewing};

    // How often the provider was asked in that time of that weather.
    auto pass(weather how, minutes span) -> std::size_t {
        now = how;
        asked = 0;
        constexpr seconds step{2};
        for (seconds passed{0}; passed < span; passed += step) {
            run(scheduler.tick());
            time.advance(step);
        }
        return asked;
    }
    auto connected() -> std::size_t {
        std::size_t count = 0;
        for (const auto& one : list(ann)) {
            count += one.status == connection_status::connected ? 1U : 0U;
        }
        return count;
    }
};

}  // namespace

TEST_CASE("a provider that is in trouble for hours is asked now and then, and no connection is lost"
) {
    long_trouble here;
    for (int i = 0; i < accounts; ++i) {
        here.connect(ann, "u" + std::to_string(i + 1));
    }
    here.time.advance(minutes(50));  // of the hour that a token lives

    // At most as many as are asked at once, before the first answer; then one who tries for all,
    // each time that the limit should be over.
    const auto limited = here.pass(weather::limited, minutes(20));
    CHECK(limited >= 20);
    CHECK(limited <= here.at.options.refresh_concurrency + 20 * 2);
    // Eight until the circuit opens, then a trial after 10, 20, 40, 80, 120, 120 … seconds.
    const auto failing = here.pass(weather::failing, minutes(20));
    CHECK(failing >= 8);
    CHECK(failing <= 8 + 14);
    const auto silent = here.pass(weather::silent, minutes(60));
    CHECK(silent >= 20);
    CHECK(silent <= 34);
    CHECK(here.connected() == accounts);
    REQUIRE_FALSE(here.told.empty());
    CHECK(std::ranges::count(here.told, circuit_state::closed) == 0);
    CHECK(here.told.front() == circuit_state::open);
    CHECK(std::ranges::max(here.told_spans) == circuit_policy{}.open_ceiling);

    here.pass(weather::fine, minutes(10));
    CHECK(here.told.back() == circuit_state::closed);
    CHECK(std::ranges::count(here.told, circuit_state::closed) == 1);
    CHECK(here.scene.count().refreshes == accounts);
    CHECK(here.scene.count().refresh_reuses == 0);
    CHECK(here.scene.count().families_revoked == 0);
    CHECK(here.connected() == accounts);
    for (int i = 0; i < accounts; ++i) {
        CHECK(here.read(ann, "u" + std::to_string(i + 1), seconds(0)).has_value());
    }
}

}  // namespace tenon::test
