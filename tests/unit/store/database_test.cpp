// Transactions, scope, values: what every engine must do alike.
#include "samples.hpp"
#include "support/postgres.hpp"

#include "store/organizations.hpp"

#include <sys/stat.h>
#include <limits>
#include <stdexcept>
#include <thread>

namespace tenon::test {

TEST_CASE("what a function wrote is there after it succeeded", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { insert(session, "c1", "a1"); });
    CHECK(reading(store.db(), count_connections) == 1);
    store.reopen();
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("an error rolls everything back and is the answer", "[store]") {
    test_database store(any_engine());
    const auto outcome =
        store->with_org_now(org_a, access::write, [](sql_session& session) -> host::result<int> {
            insert(session, "c1", "a1");
            return fail(errc::account_mismatch, "no");
        });
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::account_mismatch);
    CHECK(outcome.error().message == "no");
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("an exception rolls everything back and reaches the caller", "[store]") {
    test_database store(any_engine());
    CHECK_THROWS_AS(
        (void)store->with_org_now(
            org_a, access::write,
            [](sql_session& session) -> host::result<int> {
                insert(session, "c1", "a1");
                throw std::out_of_range("a bug");
            }
        ),
        std::out_of_range
    );
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a unique violation is a conflict, and undoes what came before it", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { insert(session, "c1", "a1"); });
    const auto code = refused(store.db(), access::write, [](sql_session& session) {
        insert(session, "c2", "a2");
        insert(session, "c1", "a3");
    });
    CHECK(code == errc::conflict);
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("a link to nothing is a conflict", "[store]") {
    test_database store(any_engine());
    const auto code = refused(store.db(), access::write, [](sql_session& session) {
        link_grant(session, {connection_id("none"), "", grant_id("none"), 0});
    });
    CHECK(code == errc::conflict);
}

TEST_CASE("a transaction is lost after a failure, even if the function goes on", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { insert(session, "c1", "a1"); });
    const auto code = refused(store.db(), access::write, [](sql_session& session) {
        insert(session, "c2", "a2");
        CHECK_THROWS_AS(insert(session, "c1", "a3"), storage_failure);
    });
    CHECK(code == errc::conflict);
    const auto again = refused(store.db(), access::write, [](sql_session& session) {
        CHECK_THROWS_AS(insert(session, "c1", "a3"), storage_failure);
        insert(session, "c4", "a4");
    });
    CHECK(again == errc::conflict);
    CHECK(reading(store.db(), count_connections) == 1);
}

TEST_CASE("a transaction for reading can't write", "[store]") {
    test_database store(any_engine());
    const auto code = refused(store.db(), access::read, [](sql_session& session) {
        insert(session, "c1", "a1");
    });
    CHECK(code == errc::storage_unavailable);
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a statement that the engine does not understand is internal", "[store]") {
    test_database store(any_engine());
    const auto code = refused(store.db(), access::write, [](sql_session& session) {
        run(session, "SELECT nothing FROM nowhere");
    });
    CHECK(code == errc::internal);
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("a transaction sees what it wrote itself", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        insert(session, "c1", "a1");
        CHECK(count_connections(session) == 1);
        CHECK(find_connection(session, connection_id("c1")).has_value());
    });
}

TEST_CASE("the organization is the session's; the service has none", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) { CHECK(session.org() == org_a); });
    as_service(store.db(), access::read, [](sql_session& session) {
        CHECK_THROWS_AS(session.org(), std::logic_error);
    });
}

TEST_CASE("PostgreSQL is told the organization with the statement, and only for it", "[store]") {
    test_database store(sql_engine::postgresql, {.connections = 1});
    const auto setting = [](sql_session& session) {
        return run(session, "SELECT COALESCE(current_setting('tenon.org', true), '')")[0].text(0);
    };
    const org_id odd("it's \\ \"odd\"");
    CHECK(in_org(store.db(), odd, access::read, setting) == odd.text());
    CHECK(in_org(store.db(), org_a, access::write, setting) == "org-a");
    CHECK(as_service(store.db(), access::read, setting) == "*");
    CHECK(as_service(store.db(), access::write, setting) == "*");
    CHECK(postgres_answer(store.name(), "SELECT COALESCE(current_setting('tenon.org', true), '')")
              .empty());
}

TEST_CASE("every kind of value comes back as it went in", "[store]") {
    test_database store(any_engine());
    const auto rows = reading(store.db(), [&](sql_session& session) {
        return run(
            session,
            "SELECT CAST($1 AS TEXT), CAST($2 AS BIGINT), CAST($3 AS BOOLEAN), CAST($4 AS TEXT), "
            "CAST($5 AS BIGINT), CAST($6 AS TEXT)",
            "it's a \\ \"text\" $1 ; -- \xF0\x9F\xA7\xA9", std::numeric_limits<std::int64_t>::min(),
            true, std::nullopt, at(1'700'000'000'123), ""
        );
    });
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].text(0) == "it's a \\ \"text\" $1 ; -- \xF0\x9F\xA7\xA9");
    CHECK(rows[0].integer(1) == std::numeric_limits<std::int64_t>::min());
    CHECK(rows[0].boolean(2));
    CHECK(rows[0].is_null(3));
    CHECK(rows[0].optional_text(3) == std::nullopt);
    CHECK(rows[0].time(4) == at(1'700'000'000'123));
    CHECK(rows[0].text(5).empty());
    CHECK_THROWS_AS(rows[0].integer(0), std::logic_error);
    CHECK_THROWS_AS(rows[0].text(3), std::logic_error);
    CHECK_THROWS_AS(rows[0].text(6), std::logic_error);
}

TEST_CASE("bytes come back as they went in", "[store]") {
    test_database store(any_engine());
    auto grant = sample_grant("g1");
    grant.access_token.clear();
    for (int i = 0; i < 256; ++i) {
        grant.access_token.push_back(static_cast<char>(i));
    }
    writing(store.db(), [&](sql_session& session) { (void)*upsert_grant(session, grant); });
    const auto found = reading(store.db(), [](sql_session& session) {
        return find_grant(session, grant_id("g1"));
    });
    REQUIRE(found);
    CHECK(found->access_token == grant.access_token);
    CHECK(found->id_token == std::nullopt);
}

TEST_CASE("text with NUL, or that is not UTF-8, is refused by both engines alike", "[store]") {
    test_database store(any_engine());
    const auto bad = GENERATE(
        std::string("a\0b", 3), std::string("\xFF"), std::string("\xC0\x80"),
        std::string("\xED\xA0\x80"), std::string("\xF4\x90\x80\x80"), std::string("\xE2\x82"),
        std::string("a\x80")
    );
    const auto code = refused(store.db(), access::write, [&](sql_session& session) {
        (void)upsert_connection(session, sample_connection("c1", "user-1", bad));
    });
    CHECK(code == errc::invalid_request);
    CHECK(reading(store.db(), count_connections) == 0);
}

TEST_CASE("JSON is kept byte for byte", "[store]") {
    test_database store(any_engine());
    const std::string json =
        "{ \"big\": 12345678901234567890123, \"twice\": 1, \"twice\": 2,\n\t\"f\": 1.0e+0, "
        "\"esc\": \"\\u0041\\/\", \"emoji\": \"\xF0\x9F\x91\x8D\", \"sql\": \"'; DROP TABLE x; "
        "--\" }";
    auto row = sample_connection("c1");
    row.metadata = json;
    row.profile = json;
    writing(store.db(), [&](sql_session& session) { (void)upsert_connection(session, row); });
    const auto found = reading(store.db(), [](sql_session& session) {
        return find_connection(session, connection_id("c1"));
    });
    REQUIRE(found);
    CHECK(found->metadata == json);
    CHECK(found->profile == json);
}

TEST_CASE("readiness does a real write", "[store]") {
    test_database store(any_engine());
    REQUIRE(store->ping_write_now());
    REQUIRE(store->ping_write_now());
    const auto pings = as_service(store.db(), access::read, [](sql_session& session) {
        return run(session, "SELECT pings FROM readiness")[0].integer(0);
    });
    CHECK(pings == 2);
}

TEST_CASE("a database that was not migrated says so to readiness", "[store]") {
    test_database store(any_engine(), {}, test_database::schema::empty);
    const auto outcome = store->ping_write_now();
    REQUIRE_FALSE(outcome);
    CHECK(outcome.error().code == errc::internal);
}

TEST_CASE("transactions run on the calling thread when told so", "[store]") {
    test_database store(any_engine(), {.run_on = execution::in_line});
    const auto here = std::this_thread::get_id();
    writing(store.db(), [&](sql_session& session) {
        CHECK(std::this_thread::get_id() == here);
        insert(session, "c1", "a1");
    });
    reading(store.db(), [&](sql_session& session) {
        CHECK(std::this_thread::get_id() == here);
        CHECK(count_connections(session) == 1);
    });
    const auto code = refused(store.db(), access::read, [](sql_session& session) {
        insert(session, "c2", "a2");
    });
    CHECK(code == errc::storage_unavailable);
    writing(store.db(), [](sql_session& session) { insert(session, "c3", "a3"); });
}

TEST_CASE("a URL that is neither engine's is refused", "[store]") {
    for (const char* url : {"", "sqlite:", "mysql://x", "var/tenon.db"}) {
        const auto opened = open_database(url);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == errc::invalid_request);
    }
}

TEST_CASE(
    "a server that is not there, or a malformed URL, is said without the password", "[store]"
) {
    for (const char* url :
         {"postgresql://me:hunter2@127.0.0.1:1/x", "postgresql://me:hunter2@[::1/x",
          "postgresql://me:hunter2@127.0.0.1:port/x"}) {
        const auto opened = open_database(url);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == errc::storage_unavailable);
        CHECK_THAT(opened.error().message, !Catch::Contains("hunter2"));
    }
}

TEST_CASE("the embedded database's files are nobody else's to read", "[store]") {
    test_database store(sql_engine::sqlite);
    writing(store.db(), [](sql_session& session) { insert(session, "c1", "a1"); });
    for (const char* suffix : {"", "-wal", "-shm"}) {
        struct stat status {};
        REQUIRE(::stat((store.name() + suffix).c_str(), &status) == 0);
        CHECK((status.st_mode & 0777) == 0600);
    }
}

}  // namespace tenon::test
