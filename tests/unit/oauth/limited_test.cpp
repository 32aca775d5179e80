// A provider that limits the operator's client, and hundreds who would ask it.
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

auto asked(const flow_case& here) -> std::size_t {
    return here.http.seen.size();
}

auto limited_at_token(std::int64_t times) -> sim::fault {
    sim::fault one;
    one.path = "/token";
    one.kind = sim::fault_kind::status;
    one.status = 429;
    one.retry_after_s = 30;
    one.times = times;
    return one;
}

}  // namespace

TEST_CASE("a limit is told to all who refresh, one tries when it is over, and then all are served"
) {
    flow_case here;
    std::vector<connection_id> ids;
    for (int i = 0; i < 8; ++i) {
        ids.push_back(here.connect(ann, "u" + std::to_string(i + 1)));
    }
    here.http.seen.clear();
    here.scene.inject(limited_at_token(4));
    const auto all = [&] {
        int renewed = 0;
        for (const auto& id : ids) {
            const auto flown = here.fly(here.grant(id), refresh_reason::ahead);
            renewed += flown.has_value() ? 1 : 0;
            if (flown.has_error()) {
                CHECK(flown.error().code == errc::rate_limited);
                CHECK(flown.error().retry_after >= seconds(1));
            }
        }
        return renewed;
    };
    CHECK(all() == 0);
    CHECK(asked(here) == 3);
    for (const auto& id : ids) {
        CHECK(here.grant(id).next_refresh_at > here.time.now());
    }
    here.time.advance(seconds(29));
    CHECK(all() == 0);
    CHECK(asked(here) == 3);
    here.time.advance(seconds(1));
    CHECK(all() == 0);  // the one that tries is told so again
    CHECK(asked(here) == 4);
    here.time.advance(seconds(30));
    CHECK(all() == 8);
    CHECK(asked(here) == 12);
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("while a provider limits refreshes, tokens that live are served and accounts connected") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.scene.inject(limited_at_token(3));
    for (int i = 0; i < 4; ++i) {
        CHECK(here.fly(here.grant(id), refresh_reason::asked).has_error());
    }
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
    CHECK_FALSE(here.connect(ann, "u2").empty());
    // What the exchange was answered says that the limit is over.
    CHECK(here.fly(here.grant(id), refresh_reason::asked).has_value());
}

}  // namespace tenon::test
