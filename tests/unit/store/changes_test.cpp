#include "store/changes.hpp"

#include "samples.hpp"

#include <future>
#include <semaphore>
#include <thread>

namespace tenon::test {

namespace {

void append(database& db, const std::string& subject, std::int64_t when = 1'000) {
    writing(db, [&](sql_session& session) {
        append_change(session, change_kind::grant, subject, at(when));
    });
}

auto poll(database& db, change_cursor& cursor, std::int64_t now, std::size_t limit = 1'000)
    -> std::vector<std::string> {
    return as_service(db, access::read, [&](sql_session& session) {
        std::vector<std::string> subjects;
        for (const auto& row : cursor.read(session, at(now), limit)) {
            subjects.push_back(row.subject);
        }
        return subjects;
    });
}

// A read that is cut off after so many statements.
class cut_session final : public sql_session {
  public:
    cut_session(sql_session& whole, int statements)
        : sql_session(std::nullopt), whole_(whole), left_(statements) {}
    [[nodiscard]] auto engine() const noexcept -> sql_engine override { return whole_.engine(); }

  private:
    void do_hold(std::string_view name) override { whole_.hold(name); }
    auto do_execute(std::string_view statement, std::span<const sql_value> arguments)
        -> sql_rows override {
        if (left_-- == 0) {
            throw storage_failure(host::fail(host::errc::storage_unavailable, "cut off"));
        }
        return whole_.execute(statement, arguments);
    }
    void do_execute_script(const std::string& script) override { whole_.execute_script(script); }

    sql_session& whole_;
    int left_;
};

void cut_off(database& db, change_cursor& cursor, std::int64_t now) {
    as_service(db, access::read, [&](sql_session& session) {
        cut_session some(session, 1);
        CHECK_THROWS_AS(cursor.read(some, at(now), 1'000), storage_failure);
    });
}

auto started(database& db, std::int64_t now) -> change_cursor {
    change_cursor cursor;
    as_service(db, access::read, [&](sql_session& session) { cursor.start(session, at(now)); });
    return cursor;
}

using names = std::vector<std::string>;

}  // namespace

TEST_CASE("a cursor begins behind what is there, and reads each change once", "[store]") {
    test_database store(any_engine());
    append(store.db(), "old");
    auto cursor = started(store.db(), 1);
    CHECK(poll(store.db(), cursor, 2).empty());
    append(store.db(), "one");
    append(store.db(), "two");
    CHECK(poll(store.db(), cursor, 3) == names{"one", "two"});
    CHECK(poll(store.db(), cursor, 4).empty());
}

TEST_CASE("a change comes with its organization, kind and time", "[store]") {
    test_database store(any_engine());
    in_org(store.db(), org_b, access::write, [](sql_session& session) {
        append_change(session, change_kind::key, "k1", at(5));
        append_change(session, change_kind::connection, "c1", at(6));
    });
    as_service(store.db(), access::read, [](sql_session& session) {
        const auto rows = changes_after(session, 0, 10);
        REQUIRE(rows.size() == 2);
        CHECK(rows[0].org == org_b);
        CHECK(rows[0].kind == change_kind::key);
        CHECK(rows[0].at == at(5));
        CHECK(rows[1].kind == change_kind::connection);
        CHECK(newest_change(session) == rows[1].seq);
        CHECK(changes_numbered(session, {rows[1].seq, 999}).size() == 1);
    });
}

TEST_CASE("a cursor says that there is more", "[store]") {
    test_database store(any_engine());
    auto cursor = started(store.db(), 1);
    for (int i = 0; i < 5; ++i) {
        append(store.db(), std::to_string(i));
    }
    CHECK(poll(store.db(), cursor, 2, 3) == names{"0", "1", "2"});
    CHECK(cursor.more());
    CHECK(poll(store.db(), cursor, 2, 3) == names{"3", "4"});
    CHECK_FALSE(cursor.more());
}

TEST_CASE("a change that becomes visible after a later one is not missed", "[store]") {
    test_database store(sql_engine::postgresql);
    auto cursor = started(store.db(), 1);
    std::binary_semaphore written{0};
    std::binary_semaphore let_go{0};
    auto slow = std::async(std::launch::async, [&] {
        return store
            ->with_org_now(
                org_a, access::write,
                [&](sql_session& session) -> host::result<void> {
                    append_change(session, change_kind::grant, "slow", at(1));
                    (void)newest_change(session);  // with it the change is sent
                    written.release();
                    let_go.acquire();
                    return {};
                }
            )
            .has_value();
    });
    written.acquire();
    append(store.db(), "fast");
    CHECK(poll(store.db(), cursor, 10) == names{"fast"});
    CHECK(poll(store.db(), cursor, 20).empty());
    let_go.release();
    CHECK(slow.get());
    cut_off(store.db(), cursor, 25);
    CHECK(poll(store.db(), cursor, 30) == names{"slow"});
    CHECK(poll(store.db(), cursor, 40).empty());
}

TEST_CASE("a change that was open when the cursor began is not missed", "[store]") {
    test_database store(sql_engine::postgresql);
    std::binary_semaphore written{0};
    std::binary_semaphore let_go{0};
    auto slow = std::async(std::launch::async, [&] {
        return store
            ->with_org_now(
                org_a, access::write,
                [&](sql_session& session) -> host::result<void> {
                    append_change(session, change_kind::grant, "slow", at(1));
                    (void)newest_change(session);  // with it the change is sent
                    written.release();
                    let_go.acquire();
                    return {};
                }
            )
            .has_value();
    });
    written.acquire();
    writing(store.db(), [](sql_session& session) {
        for (int i = 0; i < 1'000; ++i) {
            append_change(session, change_kind::grant, "fast", at(1));
        }
    });
    auto cursor = started(store.db(), 5);
    let_go.release();
    CHECK(slow.get());
    CHECK(poll(store.db(), cursor, 10) == names{"slow"});
}

TEST_CASE("numbers that were erased long ago are not asked for, whether rows are left or none") {
    test_database store(any_engine());
    const auto left = GENERATE(0, 2);
    append(store.db(), "one");
    const auto leave = [&](const std::string& seq, const std::string& at_ms) {
        as_service(store.db(), access::write, [&](sql_session& session) {
            run(session, "INSERT INTO changes (seq, org_id, kind, subject, at) VALUES (" + seq +
                             ", 'o', 'grant', 'by hand', " + at_ms + ")");
        });
    };
    as_service(store.db(), access::write, [](sql_session& session) {
        run(session, "DELETE FROM changes");
    });
    if (left > 0) {
        leave("8999", "1");  // long ago
        leave("9000", "100000000");
    }
    auto cursor = started(store.db(), 100'000'001);
    leave("9001", "100000001");
    as_service(store.db(), access::read, [&](sql_session& session) {
        cut_session few(session, 10);
        CHECK(cursor.read(few, at(100'000'002), 1'000).size() == 1);
        cut_session again(session, 10);
        CHECK(cursor.read(again, at(100'000'003), 1'000).empty());
    });
}

TEST_CASE("a number that was rolled back is asked for a minute, then forgotten", "[store]") {
    test_database store(sql_engine::postgresql);
    auto cursor = started(store.db(), 0);
    (void)store->with_org_now(org_a, access::write, [](sql_session& session) -> host::result<void> {
        append_change(session, change_kind::grant, "undone", at(1));
        (void)newest_change(session);  // with it the change is sent
        return fail(errc::conflict, "no");
    });
    append(store.db(), "done");
    CHECK(poll(store.db(), cursor, 10) == names{"done"});
    // It comes after all, by hand, while it is still asked for; another one too late.
    as_service(store.db(), access::write, [](sql_session& session) {
        run(session,
            "INSERT INTO changes (seq, org_id, kind, subject, at) "
            "VALUES (1, 'o', 'grant', 'by hand', 1)");
    });
    CHECK(poll(store.db(), cursor, 60'010) == names{"by hand"});
    as_service(store.db(), access::write, [](sql_session& session) {
        run(session,
            "INSERT INTO changes (seq, org_id, kind, subject, at) "
            "VALUES (9, 'o', 'grant', 'ahead', 1)");
    });
    CHECK(poll(store.db(), cursor, 70'000) == names{"ahead"});
    CHECK(poll(store.db(), cursor, 140'000).empty());
    as_service(store.db(), access::write, [](sql_session& session) {
        run(session,
            "INSERT INTO changes (seq, org_id, kind, subject, at) "
            "VALUES (8, 'o', 'grant', 'too late', 1)");
    });
    CHECK(poll(store.db(), cursor, 140'001).empty());
}

TEST_CASE("old changes are erased in portions", "[store]") {
    test_database store(any_engine());
    for (int i = 0; i < 5; ++i) {
        append(store.db(), std::to_string(i), i * 100);
    }
    as_service(store.db(), access::write, [](sql_session& session) {
        CHECK(erase_changes_before(session, at(300), 2) == 2);
        CHECK(erase_changes_before(session, at(300), 10) == 1);
        CHECK(changes_after(session, 0, 10).size() == 2);
    });
}

}  // namespace tenon::test
