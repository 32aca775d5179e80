// Revocations that could not be made: who takes them, and when.
#include "store/owed_revocations.hpp"

#include "samples.hpp"

#include <algorithm>
#include <future>
#include <semaphore>

namespace tenon::test {

namespace {

void add_owed(
    sql_session& session, const std::string& id, std::int64_t due,
    const std::optional<std::string>& subject = {}, const std::string& provider = "slack"
) {
    owed_revocation_row row;
    row.id = id;
    row.provider = provider_id(provider);
    row.slot = "bot";
    row.connection = connection_id("c1");
    row.subject = subject;
    row.sealed = "sealed";
    row.due_at = at(due);
    row.ends_at = at(9'000);
    row.created_at = at(1);
    owe_revocation(session, row);
}

auto claim(database& db, std::int64_t now, std::int64_t until, std::size_t limit = 10)
    -> std::vector<owed_revocation_row> {
    return as_service(db, access::write, [&](sql_session& session) {
        return claim_owed_revocations(session, at(now), at(until), limit);
    });
}

auto ids_of(const std::vector<owed_revocation_row>& rows) -> std::vector<std::string> {
    std::vector<std::string> ids;
    std::ranges::transform(rows, std::back_inserter(ids), &owed_revocation_row::id);
    std::ranges::sort(ids);
    return ids;
}

using ids = std::vector<std::string>;

}  // namespace

TEST_CASE("a revocation that is owed is claimed when it is due, as it was written", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        add_owed(session, "r1", 100, "p1");
        add_owed(session, "r2", 300);
    });
    CHECK(claim(store.db(), 99, 500).empty());
    const auto claimed = claim(store.db(), 100, 500);
    REQUIRE(claimed.size() == 1);
    CHECK(claimed[0].id == "r1");
    CHECK(claimed[0].org == org_a);
    CHECK(claimed[0].provider == provider_id("slack"));
    CHECK(claimed[0].slot == "bot");
    CHECK(claimed[0].connection == connection_id("c1"));
    CHECK(claimed[0].subject == "p1");
    CHECK(claimed[0].sealed == "sealed");
    CHECK(claimed[0].attempts == 2);
    CHECK(claimed[0].due_at == at(500));
    CHECK(claimed[0].ends_at == at(9'000));
    CHECK(claimed[0].created_at == at(1));
}

TEST_CASE(
    "a claimed revocation is one claimer's until its time is over, and then only the next one's",
    "[store]"
) {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { add_owed(session, "r1", 100); });
    const auto first = claim(store.db(), 200, 500);
    REQUIRE(first.size() == 1);
    CHECK(claim(store.db(), 499, 900).empty());
    const auto second = claim(store.db(), 500, 900);
    REQUIRE(second.size() == 1);
    writing(store.db(), [&](sql_session& session) {
        CHECK_FALSE(put_off_owed_revocation(session, first[0], at(1)));
        CHECK_FALSE(end_owed_revocation(session, first[0]));
        CHECK(put_off_owed_revocation(session, second[0], at(600)));
    });
    const auto third = claim(store.db(), 600, 900);
    REQUIRE(third.size() == 1);
    CHECK(third[0].attempts == 4);
    writing(store.db(), [&](sql_session& session) {
        CHECK(end_owed_revocation(session, third[0]));
        CHECK_FALSE(end_owed_revocation(session, third[0]));
        CHECK(count_rows(session, "owed_revocations") == 0);
    });
}

TEST_CASE("the longest due are claimed first, of all organizations, so many at once", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        add_owed(session, "r1", 300);
        add_owed(session, "r2", 100, "p1");
        add_owed(session, "r4", 5'000, "p1");
    });
    in_org(store.db(), org_b, access::write, [](sql_session& session) {
        add_owed(session, "r3", 200, "p1");
    });
    writing(store.db(), [](sql_session& session) {
        CHECK(ids_of(revocations_owed_of(session, "p1", "", 10)) == ids{"r2", "r4"});
        CHECK(ids_of(revocations_owed_of(session, "p1", "", 1)) == ids{"r2"});
        CHECK(ids_of(revocations_owed_of(session, "p1", "r2", 10)) == ids{"r4"});
        CHECK(revocations_owed_of(session, "p2", "", 10).empty());
    });
    CHECK(as_service(store.db(), access::read, count_owed_revocations) == 4);
    CHECK(ids_of(claim(store.db(), 1'000, 2'000, 2)) == ids{"r2", "r3"});
    CHECK(ids_of(claim(store.db(), 1'000, 2'000, 2)) == ids{"r1"});
}

TEST_CASE("of each provider so many are claimed, whatever another has left behind", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        add_owed(session, "r1", 100);
        add_owed(session, "r2", 101);
        add_owed(session, "r3", 102);
        add_owed(session, "r4", 300, {}, "google");
        add_owed(session, "r5", 900, {}, "google");
    });
    CHECK(ids_of(claim(store.db(), 500, 2'000, 2)) == ids{"r1", "r2", "r4"});
    CHECK(ids_of(claim(store.db(), 500, 2'000, 2)) == ids{"r3"});
}

TEST_CASE("a revocation that another host has in hand is passed over, not waited for", "[store]") {
    test_database store(
        sql_engine::postgresql, {.connections = 2, .lock_timeout = milliseconds(50)}
    );
    writing(store.db(), [](sql_session& session) {
        add_owed(session, "held", 100);
        add_owed(session, "free", 200);
    });
    std::binary_semaphore locked{0};
    std::binary_semaphore let_go{0};
    auto holder = std::async(std::launch::async, [&] {
        as_service(store.db(), access::write, [&](sql_session& session) {
            const auto mine = claim_owed_revocations(session, at(100), at(900), 1);
            locked.release();
            let_go.acquire();
            return mine.size();
        });
    });
    locked.acquire();
    CHECK(ids_of(claim(store.db(), 300, 900)) == ids{"free"});
    let_go.release();
    holder.wait();
    CHECK(claim(store.db(), 300, 900).empty());
}

}  // namespace tenon::test
