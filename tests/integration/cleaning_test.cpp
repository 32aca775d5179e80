// What is over goes by itself, and nothing else does.
#include "integration/world.hpp"
#include "support/catch.hpp"

namespace tenon::test {
namespace {

using nlohmann::json;

struct numbers {
    std::int64_t flows, changes, answers;
    auto operator==(const numbers&) const -> bool = default;
};

// Of those that began before the test made them old, and of all.
auto numbers_in(world& here, bool old) -> numbers {
    const std::string upto = old ? "1" : "9999999999999";
    return {
        here.count("SELECT COUNT(*) FROM pending_connects WHERE expires_at <= " + upto),
        here.count("SELECT COUNT(*) FROM changes WHERE at <= " + upto),
        here.count("SELECT COUNT(*) FROM idempotency WHERE expires_at <= " + upto)};
}

// A flow that nobody ends, and whose answer is kept for whoever asks again.
void begin_once(world& here, const std::string& key) {
    http_client client(
        here.host().url(),
        {{"X-API-Key", operator_key}, {"X-Tenon-User", "ann"}, {"Idempotency-Key", key}}
    );
    const json begin{{"redirectUrl", "http://127.0.0.1:9/after"}};
    REQUIRE(client.post("/api/integrations/connect/demo", begin).status == 200);
}

}  // namespace

TEST_CASE("flows that nobody ended, old changes and answers that were kept are cleaned away") {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    CAPTURE(name_of(options.stored_in));
    world here(options);
    begin_once(here, "old");
    const auto id = here.connected();
    REQUIRE(here.api().del("/api/integrations/disconnect/demo/" + id).status == 200);
    here.host().stop();
    here.change_database(
        "UPDATE pending_connects SET expires_at = 1; UPDATE changes SET at = 1;"
        "UPDATE idempotency SET expires_at = 1"
    );
    const auto before = numbers_in(here, true);
    REQUIRE(before.flows == 1);
    REQUIRE(before.changes > 0);
    REQUIRE(before.answers == 1);
    here.host().start();
    begin_once(here, "new");
    CHECK(soon([&] { return numbers_in(here, true) == numbers{0, 0, 0}; }));
    CHECK(numbers_in(here, false).flows == 1);
    CHECK(numbers_in(here, false).answers == 1);
}

}  // namespace tenon::test
