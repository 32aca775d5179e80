#include "store/audit.hpp"

#include "samples.hpp"

namespace tenon::test {

namespace {

auto sample_line(const std::string& id, const std::string& action) -> audit_row {
    audit_row row;
    row.id = id;
    row.at = at(1'000);
    row.actor = "key:k1";
    row.action = action;
    row.subject = "p1";
    row.provider = "slack";
    row.connection = connection_id("c1");
    row.outcome = "ok";
    row.detail = R"({"n":1})";
    row.request_id = "r1";
    return row;
}

}  // namespace

TEST_CASE("the log is listed newest first, narrowed, page by page", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        for (int i = 0; i < 5; ++i) {
            auto row = sample_line("e" + std::to_string(i), i == 3 ? "special" : "usual");
            if (i == 4) {
                row.subject.reset();
                row.connection.reset();
            }
            append_audit(session, row);
        }
        const auto all = list_audit(session, {});
        REQUIRE(all.size() == 5);
        CHECK(all[0].id == "e4");
        CHECK_FALSE(all[0].subject);
        CHECK(all[1].subject == "p1");
        CHECK(all[1].connection == connection_id("c1"));
        CHECK(all[1].detail == R"({"n":1})");
        CHECK(all[1].org == org_a);
        CHECK(list_audit(session, {.action = "special"}).size() == 1);
        CHECK(list_audit(session, {.subject = "p1", .limit = 2}).size() == 2);
        CHECK(list_audit(session, {.connection = connection_id("c1")}).size() == 4);
        const auto page = list_audit(session, {.before = all[2].seq, .limit = 10});
        REQUIRE(page.size() == 2);
        CHECK(page[0].id == "e1");
    });
    in_org(store.db(), org_b, access::read, [](sql_session& session) {
        CHECK(list_audit(session, {}).empty());
    });
}

TEST_CASE("the log can't be changed, deleted or emptied", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        append_audit(session, sample_line("e1", "x"));
    });
    const auto* const statement = GENERATE(
        "UPDATE audit_log SET outcome = 'nothing'", "UPDATE audit_log SET seq = seq + 1",
        "UPDATE audit_log SET subject = NULL", "DELETE FROM audit_log",
        "UPDATE audit_log SET detail = '{}', hash = previous_hash"
    );
    CHECK(refused(store.db(), access::write, [&](sql_session& session) {
              run(session, statement);
          }) == errc::internal);
    if (store.engine() == sql_engine::postgresql) {
        CHECK(refused(store.db(), access::write, [](sql_session& session) {
                  run(session, "UPDATE audit_log SET org_id = 'other'");
              }) == errc::internal);
        CHECK(refused(store.db(), access::write, [](sql_session& session) {
                  session.execute_script("TRUNCATE audit_log");
              }) == errc::internal);
    }
    reading(store.db(), [](sql_session& session) {
        const auto rows = list_audit(session, {});
        REQUIRE(rows.size() == 1);
        CHECK(rows[0].outcome == "ok");
    });
}

TEST_CASE("a row of the log is sealed once", "[store]") {
    test_database store(any_engine());
    const auto seal = [](sql_session& session) {
        run(session, "UPDATE audit_log SET position = 1, hash = $1, previous_hash = $2", blob{"h"},
            blob{"p"});
    };
    writing(store.db(), [&](sql_session& session) {
        append_audit(session, sample_line("e1", "x"));
        seal(session);
    });
    CHECK(refused(store.db(), access::write, seal) == errc::internal);
}

TEST_CASE("a user has one pseudonym an organization, until erased", "[store]") {
    test_database store(any_engine());
    const user_id user("user-1");
    writing(store.db(), [&](sql_session& session) {
        CHECK_FALSE(find_pseudonym(session, user));
        give_pseudonym(session, user, "p1");
        give_pseudonym(session, user, "p2");
        CHECK(find_pseudonym(session, user) == "p1");
    });
    in_org(store.db(), org_b, access::write, [&](sql_session& session) {
        give_pseudonym(session, user, "p3");
    });
    writing(store.db(), [&](sql_session& session) {
        CHECK(forget_subject(session, user));
        CHECK_FALSE(forget_subject(session, user));
        give_pseudonym(session, user, "p4");
        CHECK(find_pseudonym(session, user) == "p4");
    });
    in_org(store.db(), org_b, access::read, [&](sql_session& session) {
        CHECK(find_pseudonym(session, user) == "p3");
    });
}

}  // namespace tenon::test
