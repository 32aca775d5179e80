// Lists and counts over all organizations' grants.
#include "samples.hpp"

#include <future>
#include <map>
#include <semaphore>
#include <set>

namespace tenon::test {

namespace {

void add_due(sql_session& session, const std::string& id, time_point due) {
    auto row = sample_grant(id, id);
    row.next_refresh_at = due;
    (void)*upsert_grant(session, row);
}

// What `owner` gets of all that is due, in any order.
auto claimed(database& db, const std::string& owner, const std::vector<due_grant>& wanted)
    -> std::multiset<std::string> {
    return as_service(db, access::write, [&](sql_session& session) {
        std::multiset<std::string> ids;
        for (const auto& one : claim_due_grants(session, wanted, owner, at(1'000), at(200))) {
            ids.insert(one.id.text());
        }
        return ids;
    });
}

using id_set = std::multiset<std::string>;

}  // namespace

TEST_CASE("what is due is claimed by one host, and only while it is due and unheld", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (int i = 0; i < 60; ++i) {  // more than one statement takes
            add_due(session, "g" + std::to_string(i), at(100));
        }
    });
    in_org(store.db(), org_b, access::write, [](sql_session& session) {
        add_due(session, "other", at(90));
    });
    const auto seen = as_service(store.db(), access::read, [](sql_session& session) {
        return due_grants(session, at(200), 100);
    });
    REQUIRE(seen.size() == 61);
    writing(store.db(), [](sql_session& session) {
        CHECK(take_grant_lease(session, grant_id("g0"), "third", at(1'000), at(1)));
        CHECK(mark_grant_dead(session, grant_id("g1"), 1, "", at(1)));
        CHECK(set_next_refresh(session, grant_id("g2"), 1, at(500)));
    });
    const auto first = claimed(store.db(), "first", seen);
    CHECK(first.size() == 58);
    CHECK(first.contains("other"));
    CHECK(first.count("g0") + first.count("g1") + first.count("g2") == 0);
    CHECK(claimed(store.db(), "second", seen).empty());
    in_org(store.db(), org_b, access::read, [](sql_session& session) {
        const auto row = find_grant(session, grant_id("other"));
        CHECK(row->lease_owner == "first");
        CHECK(row->lease_until == at(1'000));
    });
    writing(store.db(), [](sql_session& session) {
        CHECK_FALSE(take_grant_lease(session, grant_id("g5"), "second", at(1'000), at(200)));
        CHECK(take_grant_lease(session, grant_id("g5"), "first", at(1'000), at(200)));
    });
}

TEST_CASE("what another transaction has in hand is passed over, not waited for", "[store]") {
    test_database store(
        sql_engine::postgresql, {.connections = 2, .lock_timeout = milliseconds(50)}
    );
    writing(store.db(), [](sql_session& session) {
        add_due(session, "held", at(90));
        add_due(session, "free", at(100));
    });
    const auto seen = as_service(store.db(), access::read, [](sql_session& session) {
        return due_grants(session, at(200), 10);
    });
    std::binary_semaphore locked{0};
    std::binary_semaphore let_go{0};
    auto holder = std::async(std::launch::async, [&] {
        writing(store.db(), [&](sql_session& session) {
            (void)lock_grant(session, grant_id("held"));
            locked.release();
            let_go.acquire();
        });
    });
    locked.acquire();
    CHECK(claimed(store.db(), "first", seen) == id_set{"free"});
    let_go.release();
    holder.wait();
    CHECK(claimed(store.db(), "second", seen) == id_set{"held"});
}

TEST_CASE(
    "the due list has what is due, live and unheld, of all organizations, in order", "[store]"
) {
    test_database store(any_engine());
    const auto add = [](sql_session& session, const char* id, std::optional<time_point> due) {
        auto row = sample_grant(id, id);
        row.next_refresh_at = due;
        (void)*upsert_grant(session, row);
    };
    writing(store.db(), [&](sql_session& session) {
        add(session, "late", at(100));
        add(session, "later", at(300));
        add(session, "never", std::nullopt);
        add(session, "held", at(50));
        add(session, "dead", at(60));
        CHECK(take_grant_lease(session, grant_id("held"), "host", at(1'000), at(1)));
        CHECK(mark_grant_dead(session, grant_id("dead"), 1, "", at(1)));
    });
    in_org(store.db(), org_b, access::write, [&](sql_session& session) {
        add(session, "other", at(90));
    });
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto due = due_grants(session, at(200), 10);
        REQUIRE(due.size() == 2);
        CHECK(due[0].id.text() == "other");
        CHECK(due[0].org == org_b);
        CHECK(due[0].next_refresh_at == at(90));
        CHECK(due[1].id.text() == "late");
        CHECK(due_grants(session, at(200), 1).size() == 1);
        const auto wanting = [&](const provider_id& provider) {
            return due_grants(session, at(200), 10, [&](const auto& one) {
                return one == provider;
            });
        };
        CHECK(wanting(due[0].provider).size() == due.size());
        CHECK(wanting(provider_id("other")).empty());
        CHECK(due_grants(session, at(1'000), 10).size() == 4);
    });
}

TEST_CASE("grants are counted by provider, health and when they lapse", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [&](sql_session& session) {
        const auto add = [&](const std::string& id, std::optional<time_point> lapses) {
            auto row = sample_grant(id, id);
            row.expires_at = at(50);
            row.next_refresh_at = at(40);
            row.refresh_expires_at = lapses;
            (void)*upsert_grant(session, row);
        };
        add("well", at(900));
        add("soon", at(100));
        add("failing", at(900));
        add("dead", at(100));
        const auto in_days = [](int days) { return time_point{std::chrono::days{days}}; };
        add("month", in_days(20));
        add("quarter", in_days(60));
        add("year", in_days(365));
        auto unrenewed = sample_grant("unrenewed", "unrenewed");
        unrenewed.expires_at = unrenewed.next_refresh_at = at(100);
        (void)*upsert_grant(session, unrenewed);
        auto held = sample_grant("held", "held");  // put off, beyond its token's end
        held.expires_at = at(50);
        held.next_refresh_at = at(90);
        (void)*upsert_grant(session, held);
        CHECK(record_grant_failure(session, grant_id("failing"), 1, {"why", "", {}}, at(1), at(1)));
        CHECK(mark_grant_dead(session, grant_id("dead"), 1, "", at(1)));
    });
    const auto counts = as_service(store.db(), access::read, [](sql_session& session) {
        return count_grants(session, at(0), milliseconds(500));
    });
    std::map<std::string, std::int64_t> by_health;
    std::map<std::int64_t, std::int64_t> by_lapse;
    for (const auto& one : counts) {
        by_health[one.health] += one.count;
        by_lapse[one.lapses_within_days] += one.count;
    }
    const std::map<std::string, std::int64_t> expected{
        {"healthy", 5}, {"expiring", 2}, {"degraded", 1}, {"needs_reconnect", 1}};
    CHECK(by_health == expected);
    CHECK(by_lapse == std::map<std::int64_t, std::int64_t>{{7, 4}, {30, 1}, {90, 1}, {0, 3}});
}

TEST_CASE("nothing is due where there is nothing", "[store]") {
    test_database store(any_engine());
    as_service(store.db(), access::read, [](sql_session& session) {
        CHECK(due_grants(session, at(200), 10).empty());
    });
}

}  // namespace tenon::test
