// Two hosts that find the same grant due.
#include "unit/oauth/verbs.hpp"

#include <future>

namespace tenon::test {

TEST_CASE("a refresh whose lease waits for another host's commit takes that, and asks nobody") {
    oauth_world world(any_engine());
    world.connect(user("ann"), "u1");
    const auto before = *grant_of(world, "u1");
    world.http.seen.clear();
    refresh_order order{before.org, before.id, before.provider, refresh_reason::ahead};
    order.due = before.next_refresh_at;
    const auto renew = [&world, order] { return world.run(world.refresh->refresh(order)); };
    const auto other = open_database(world.store.url()).value();  // another host's
    std::future<result<shared_grant>> renewed;
    const auto commit = [&](sql_session& session) -> result<void> {
        const auto next = *before.next_refresh_at + std::chrono::hours(1);
        run(session,
            "UPDATE grants SET generation = generation + 1, next_refresh_at = $3 WHERE org_id = $1 "
            "AND id = $2",
            session.org(), before.id, next);
        renewed = std::async(std::launch::async, renew);
        CHECK(renewed.wait_for(milliseconds(300)) == std::future_status::timeout);
        return {};
    };
    REQUIRE(other->with_org_now(before.org, access::write, commit).has_value());
    const auto row = renewed.get();
    REQUIRE(row.has_value());
    CHECK((*row)->generation == before.generation + 1);
    CHECK(world.http.seen.empty());
    CHECK_FALSE(grant_of(world, "u1")->lease_until);
    CHECK(count(world, "intents") == 0);
}

}  // namespace tenon::test
