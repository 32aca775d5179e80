#include "store/consents.hpp"

#include "samples.hpp"
#include "store/audit.hpp"
#include "store/migrations.hpp"

#include <algorithm>

namespace tenon::test {

namespace {

auto sample_consent(
    const std::string& id, const std::string& connection, const std::string& subject = "p1"
) -> consent_row {
    consent_row row;
    row.id = id;
    row.subject = subject;
    row.provider = provider_id("slack");
    row.account = account_id("account-1");
    row.connection = connection_id(connection);
    row.scope = "read write";
    row.action = "connection.connected";
    row.actor = "callback";
    row.request_id = "r1";
    row.given_at = at(1'000);
    return row;
}

auto of(sql_session& session, const std::string& subject) -> std::vector<consent_row> {
    return list_consents(session, {.subject = subject});
}

}  // namespace

TEST_CASE("a consent stands until a later one of the connection takes its place", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        record_consent(session, sample_consent("1", "c1"), at(1'001));
        record_consent(session, sample_consent("2", "c2"), at(1'002));
        record_consent(session, sample_consent("3", "c1"), at(2'000));
        const auto all = of(session, "p1");
        REQUIRE(all.size() == 3);
        CHECK(all[0].org == org_a);
        CHECK(all[0].provider == provider_id("slack"));
        CHECK(all[0].account == account_id("account-1"));
        CHECK(all[0].scope == "read write");
        CHECK(all[0].action == "connection.connected");
        CHECK(all[0].actor == "callback");
        CHECK(all[0].request_id == "r1");
        CHECK(all[0].given_at == at(1'000));
        CHECK(all[0].ended_at == at(2'000));
        CHECK(all[0].ended_by == "renewed");
        CHECK_FALSE(all[1].ended_at);
        CHECK(all[2].ended_by.empty());
    });
}

TEST_CASE("what ended stays ended as it did", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        record_consent(session, sample_consent("1", "c1"), at(1'000));
        end_consent(session, connection_id("c1"), consent_end::revoked, at(2'000));
        end_consent(session, connection_id("c1"), consent_end::disconnected, at(3'000));
        end_consent(session, connection_id("none"), consent_end::lapsed, at(3'000));
        const auto all = of(session, "p1");
        REQUIRE(all.size() == 1);
        CHECK(all[0].ended_at == at(2'000));
        CHECK(all[0].ended_by == "revoked");
    });
}

TEST_CASE("an erased user's consents name no account, and none of them stands", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        record_consent(session, sample_consent("1", "c1"), at(1'000));
        record_consent(session, sample_consent("2", "c2"), at(1'000));
        record_consent(session, sample_consent("3", "c3", "p2"), at(1'000));
        end_consent(session, connection_id("c1"), consent_end::disconnected, at(2'000));
        CHECK(erase_consents(session, "p1", at(3'000)) == 2);
        const auto all = of(session, "p1");
        REQUIRE(all.size() == 2);
        CHECK_FALSE(all[0].account);
        CHECK(all[0].ended_at == at(2'000));
        CHECK(all[0].ended_by == "disconnected");
        CHECK_FALSE(all[1].account);
        CHECK(all[1].ended_at == at(3'000));
        CHECK(all[1].ended_by == "erased");
        CHECK(of(session, "p2").at(0).account == account_id("account-1"));
    });
}

TEST_CASE("consents are listed oldest first, page by page, within the organization", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (const auto* const id : {"1", "2", "3"}) {
            record_consent(session, sample_consent(id, "c1"), at(1'000));
        }
        const auto first = list_consents(session, {.subject = "p1", .limit = 2});
        REQUIRE(first.size() == 2);
        CHECK(first[1].id == "2");
        const auto rest = list_consents(session, {.subject = "p1", .after = "2", .limit = 2});
        REQUIRE(rest.size() == 1);
        CHECK(rest[0].id == "3");
    });
    in_org(store.db(), org_b, access::read, [](sql_session& session) {
        CHECK(of(session, "p1").empty());
    });
}

TEST_CASE("connections of before consents were recorded have theirs taken over", "[store]") {
    test_database store(any_engine());
    const auto recorded = std::ranges::find(built_in_migrations(), "consents", &migration::name);
    REQUIRE(recorded != built_in_migrations().end());
    REQUIRE(migrate_down(store.db(), recorded->version - 1).has_value());
    writing(store.db(), [](sql_session& session) {
        give_pseudonym(session, user_id("user-1"), "p1");
        (void)upsert_connection(session, sample_connection("c1"));
        (void)upsert_connection(session, sample_connection("c2", "user-1", "account-2"));
        leave(session, "c2", at(5'000));
    });
    REQUIRE(migrate_up(store.db(), host::system_clock()).has_value());
    const auto taken = reading(store.db(), [](sql_session& session) { return of(session, "p1"); });
    REQUIRE(taken.size() == 2);
    CHECK(taken[0].connection == connection_id("c1"));
    CHECK(taken[0].account == account_id("account-1"));
    CHECK(taken[0].scope == "read write");
    CHECK(taken[0].given_at == at(1'000));
    CHECK(taken[0].action.empty());
    CHECK_FALSE(taken[0].ended_at);
    CHECK(taken[1].ended_at == at(5'000));
    CHECK(taken[1].ended_by == "disconnected");
}

}  // namespace tenon::test
