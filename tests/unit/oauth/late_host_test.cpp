// Two hosts at one refresh: the first one's lease is over, and what it knows comes late.
#include "oauth/scheduler.hpp"
#include "support/any_engine.hpp"
#include "unit/oauth/absent_database.hpp"
#include "unit/oauth/eventful_http.hpp"
#include "unit/oauth/flow_case.hpp"

#include <future>
#include <thread>

namespace tenon::test {
namespace {

// For as long as another connection's transaction may take to be waited for.
template <class T>
auto waits(const std::future<T>& what) -> bool {
    return what.wait_for(milliseconds(300)) == std::future_status::timeout;
}

}  // namespace

TEST_CASE("an answer that the late host records while another takes over is gone on from") {
    flow_case here(json{{"rotation", true}}, any_engine());
    const auto before = here.grant(here.connect(ann, "u1"));
    const auto intent = here.leave_intent(before);
    const auto answer = here.answer_of_refresh(before, intent);
    const auto late = open_database(here.store.url()).value();
    std::future<result<shared_grant>> renewed;
    const auto record = [&](sql_session& session) -> result<void> {
        add_intent_reply(session, intent, answer);
        CHECK(replies_of_intent(session, intent).size() == 1);
        renewed = std::async(std::launch::async, [&] {
            return here.fly(before, refresh_reason::needed);
        });
        CHECK(waits(renewed));
        return {};
    };
    REQUIRE(late->with_org_now(before.org, access::write, record).has_value());
    const auto row = renewed.get();
    REQUIRE(row.has_value());
    CHECK((*row)->generation == before.generation + 1);
    CHECK(here.scene.count().refresh_reuses == 0);
    CHECK(here.intents(before.id).empty());
}

TEST_CASE("what the late host commits while another looks once more is not asked for again") {
    flow_case here(json{{"rotation", true}}, any_engine());
    const auto before = here.grant(here.connect(ann, "u1"));
    here.leave_intent(before);
    const auto late = open_database(here.store.url()).value();
    std::promise<void> is_written;
    std::future<result<void>> committed;
    const auto commit = [&](sql_session& session) -> result<void> {
        run(session, "UPDATE grants SET generation = generation + 1 WHERE org_id = $1 AND id = $2",
            session.org(), before.id);
        is_written.set_value();
        std::this_thread::sleep_for(milliseconds(300));
        return {};
    };
    boost::asio::use_service<pause_service>(here.io).wait = [&](milliseconds span) {
        if (!committed.valid()) {
            committed = std::async(std::launch::async, [&] {
                return late->with_org_now(before.org, access::write, commit);
            });
            is_written.get_future().wait();
        }
        return at_once(span);
    };
    here.http.seen.clear();
    const auto row = here.fly(before, refresh_reason::needed);
    REQUIRE(committed.valid());
    CHECK(committed.get().has_value());
    REQUIRE(row.has_value());
    CHECK((*row)->generation == before.generation + 1);
    CHECK(here.http.seen.empty());
    CHECK(here.intents(before.id).empty());
    CHECK_FALSE(here.grant(here.list(ann).front().id).lease_until);
}

TEST_CASE("what another host has taken over while this one waited to look once more is left to it"
) {
    flow_case here(json{{"rotation", true}}, any_engine());
    const auto before = here.grant(here.connect(ann, "u1"));
    here.leave_intent(before);
    here.time.advance(hours(2));  // the token is dead: whoever has the lease asks once more
    std::optional<grant_row> taken;
    boost::asio::use_service<pause_service>(here.io).wait = [&](milliseconds span) {
        if (!taken) {  // the wait takes longer than the lease
            here.time.advance(here.context.options.lease);
            taken = here.look([&](sql_session& session) -> result<std::optional<grant_row>> {
                const auto now = here.time.now();
                return take_grant_lease(session, before.id, "third", now + hours(1), now);
            });
        }
        return pass(here.time, span);
    };
    here.http.seen.clear();
    const auto told = here.fly(before, refresh_reason::needed);
    REQUIRE(taken);
    CHECK(told.error().code == errc::provider_unavailable);
    CHECK(here.http.seen.empty());
    CHECK(here.grant(here.list(ann).front().id).lease_owner == "third");
    // It may have been asked before: whoever is next knows that.
    REQUIRE(here.intents(before.id).size() == 1);
}

TEST_CASE("a failure that the late host writes down leaves the other's lease") {
    flow_case here(json{{"rotation", true}}, any_engine());
    const auto before = here.grant(here.connect(ann, "u1"));
    // Behind the lease of the one that is at it.
    const auto take_over = [&]() -> std::optional<grant_row> {
        here.time.advance(here.context.options.lease);
        return here.look([&](sql_session& session) -> result<std::optional<grant_row>> {
            const auto now = here.time.now();
            return take_grant_lease(session, before.id, "another", now + hours(1), now);
        });
    };
    sim::fault refusal;
    refusal.path = "/token";
    refusal.kind = sim::fault_kind::status;
    refusal.times = 1;
    here.scene.inject(refusal);
    std::optional<grant_row> taken;
    eventful_http wire{here.http};
    wire.meanwhile = [&] { taken = take_over(); };
    auto context = here.context_with({.http = &wire});
    refresher late(context);
    refresh_order order{before.org, before.id, before.provider, refresh_reason::asked};
    const auto told = here.run(late.refresh(std::move(order)));
    CHECK(told.has_error());
    REQUIRE(taken);
    const auto after = here.grant(here.list(ann).front().id);
    CHECK(after.failures == 1);
    CHECK(after.lease_owner == "another");
    CHECK(after.lease_until == taken->lease_until);
}

TEST_CASE("what another host puts off for longer is not brought forward") {
    flow_case here(json{{"rotation", true}}, any_engine());
    const auto before = here.grant(here.connect(ann, "u1"));
    here.look([&](sql_session& session) -> result<void> {
        run(session, "UPDATE grants SET refresh_token = $3 WHERE org_id = $1 AND id = $2",
            session.org(), before.id, blob{"can't be opened"});
        return {};
    });
    here.time.advance(hours(1));
    const auto later = here.time.now() + hours(2);
    const auto other = open_database(here.store.url()).value();
    std::promise<void> is_written;
    const auto put_off = [&](sql_session& session) -> result<void> {
        run(session, "UPDATE grants SET next_refresh_at = $3 WHERE org_id = $1 AND id = $2",
            session.org(), before.id, later);
        is_written.set_value();
        std::this_thread::sleep_for(milliseconds(300));
        return {};
    };
    absent_database db{here.store.db(), here.time};
    std::future<result<void>> committed;
    const auto interfere = [&] {
        committed = std::async(std::launch::async, [&] {
            return other->with_org_now(before.org, access::write, put_off);
        });
        is_written.get_future().wait();
    };
    // The claim is committed first, then its lease is given back.
    db.once_written = [&] { db.once_written = interfere; };
    auto context = here.context_with({.db = &db});
    refresher renewing(context);
    refresh_scheduler scheduler(context, renewing);
    here.run(scheduler.tick());
    CHECK(committed.get().has_value());
    CHECK(here.grant(here.list(ann).front().id).next_refresh_at == later);
}

}  // namespace tenon::test
