// Lists and counts over all organizations' grants.
#include "samples.hpp"

#include <map>

namespace tenon::test {

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
        CHECK(due_grants(session, at(200), 10, {due[0].provider}).empty());
        CHECK(
            due_grants(session, at(200), 10, {provider_id("other"), provider_id("o")}).size() ==
            due.size()
        );
        CHECK(due_grants(session, at(1'000), 10).size() == 4);
    });
}

TEST_CASE("grants are counted by provider and health", "[store]") {
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
        auto unrenewed = sample_grant("unrenewed", "unrenewed");
        unrenewed.expires_at = unrenewed.next_refresh_at = at(100);
        (void)*upsert_grant(session, unrenewed);
        CHECK(record_grant_failure(session, grant_id("failing"), 1, {"why", "", {}}, at(1), at(1)));
        CHECK(mark_grant_dead(session, grant_id("dead"), 1, "", at(1)));
    });
    const auto counts = as_service(store.db(), access::read, [](sql_session& session) {
        return count_grants_by_health(session, at(500));
    });
    std::map<std::string, std::int64_t> by_health;
    for (const auto& one : counts) {
        by_health[one.health] += one.count;
    }
    const std::map<std::string, std::int64_t> expected{
        {"healthy", 1}, {"expiring", 2}, {"degraded", 1}, {"needs_reconnect", 1}};
    CHECK(by_health == expected);
}

TEST_CASE("nothing is due where there is nothing", "[store]") {
    test_database store(any_engine());
    as_service(store.db(), access::read, [](sql_session& session) {
        CHECK(due_grants(session, at(200), 10).empty());
    });
}

}  // namespace tenon::test
