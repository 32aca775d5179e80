// What has a name, and one holds at a time.
#include "samples.hpp"

#include <atomic>
#include <future>

namespace tenon::test {

namespace {

constexpr std::chrono::milliseconds a_while{200};

// A transaction that holds that, and then counts what is stored.
auto count_holding(database& db, const org_id& org, const std::string& name)
    -> host::result<std::int64_t> {
    return db.with_org_now(
        org, access::write,
        [&](sql_session& session) -> host::result<std::int64_t> {
            session.hold(name);
            return count_connections(session);
        }
    );
}

}  // namespace

TEST_CASE("who wants to hold what another holds waits, and sees what that one wrote", "[store]") {
    test_database store(any_engine());
    std::future<host::result<std::int64_t>> seen;
    writing(store.db(), [&](sql_session& session) {
        session.hold("it");
        (void)upsert_connection(session, sample_connection("c1"));
        seen =
            std::async(std::launch::async, [&] { return count_holding(store.db(), org_a, "it"); });
        CHECK(seen.wait_for(a_while) == std::future_status::timeout);
    });
    CHECK(seen.get().value() == 1);
}

TEST_CASE("what one holds keeps nobody who wants something else", "[store]") {
    test_database store(sql_engine::postgresql);
    writing(store.db(), [&](sql_session& session) {
        session.hold("it");
        (void)upsert_connection(session, sample_connection("c1"));
        CHECK(count_holding(store.db(), org_a, "another").value() == 0);
        CHECK(count_holding(store.db(), org_b, "it").value() == 0);
    });
}

TEST_CASE("a hold is asked for with the next statement, and ends with its transaction", "[store]") {
    test_database store(
        sql_engine::postgresql, {.connections = 3, .lock_timeout = std::chrono::milliseconds(100)}
    );
    writing(store.db(), [&](sql_session& session) {
        session.hold("it");
        session.hold("it");
        CHECK(count_connections(session) == 0);
        std::atomic<bool> asked{false};
        const auto refusal = store->with_org_now(
            org_a, access::write,
            [&](sql_session& other) -> host::result<std::int64_t> {
                other.hold("it");
                asked = true;
                return count_connections(other);
            }
        );
        CHECK(asked);
        REQUIRE_FALSE(refusal);
        CHECK(refusal.error().code == errc::storage_unavailable);
    });
    CHECK(count_holding(store.db(), org_a, "it").value() == 0);
    CHECK(refused(store.db(), access::write, [](sql_session& session) {
              session.hold("it");
              throw storage_failure(fail(errc::not_found, "no"));
          }) == errc::not_found);
    CHECK(count_holding(store.db(), org_a, "it").value() == 0);
}

TEST_CASE("what is no text is not held", "[store]") {
    test_database store(any_engine());
    const std::string name = GENERATE(std::string("a\0b", 3), std::string("\xff"));
    CHECK(refused(store.db(), access::write, [&](sql_session& session) {
              session.hold(name);
          }) == errc::invalid_request);
}

}  // namespace tenon::test
