// What went wrong at a provider, as an operator sees it in the metrics.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

struct trouble {
    sim::fault_kind kind;
    std::uint32_t status;
    const char* outcome;
};

// One operation may last so long; a provider that takes longer has not answered.
constexpr auto timeouts = "timeouts: {operation: 2s}\n";
constexpr std::int64_t too_long_ms = 30'000;

auto options() -> world_options {
    world_options chosen;
    chosen.config = timeouts;
    chosen.settings = json{{"rotation", false}};
    return chosen;
}

auto renew(world& here, const std::string& connection) -> int {
    return here.api().post("/api/integrations/refresh/demo/" + connection, json::object()).status;
}

auto refreshes(world& here, const std::string& outcome) -> std::string {
    const auto series = "\ntenon_provider_operations_total{operation=\"refresh\",outcome=\"" +
                        outcome + "\",provider=\"demo\"} ";
    const auto text = here.api().get("/metrics").body;
    const auto found = text.find(series);
    if (found == std::string::npos) {
        return {};
    }
    const auto begin = found + series.size();
    return text.substr(begin, text.find('\n', begin) - begin);
}

}  // namespace

TEST_CASE("why a provider's answer was of no use is counted apart from other causes") {
    const auto one = GENERATE(
        trouble{sim::fault_kind::status, 429, "rate_limited"},
        trouble{sim::fault_kind::status, 500, "http_5xx"},
        trouble{sim::fault_kind::status, 503, "http_5xx"},
        trouble{sim::fault_kind::delay, 0, "timeout"},
        trouble{sim::fault_kind::reset_after_read, 0, "reset"}
    );
    CAPTURE(one.outcome);
    world here(options());
    const auto id = here.connected();
    sim::fault struck;
    struck.path = "/token";
    struck.kind = one.kind;
    struck.status = one.status;
    struck.delay_ms = too_long_ms;
    here.provider().inject(struck);
    CHECK(renew(here, id) != 200);
    CHECK(refreshes(here, one.outcome) == "1");
    CHECK(refreshes(here, "unavailable").empty());
}

TEST_CASE("grants that were revoked, a provider that is gone, and its open circuit are told apart"
) {
    world here(options());
    const auto dead = here.connected("ann", "u1");
    here.provider().reset();
    const auto id = here.connected("ann", "u2");
    CHECK(renew(here, dead) != 200);
    CHECK(refreshes(here, "revoked") == "1");
    CHECK(renew(here, id) == 200);
    CHECK(refreshes(here, "ok") == "1");
    here.end_provider();
    for (int i = 0; i < 8; ++i) {
        CHECK(renew(here, id) != 200);
    }
    CHECK(refreshes(here, "unreachable") == "8");
    CHECK(refreshes(here, "circuit_open").empty());
    CHECK(renew(here, id) != 200);
    CHECK(refreshes(here, "circuit_open") == "1");
    CHECK(refreshes(here, "unreachable") == "8");
}

}  // namespace tenon::test
