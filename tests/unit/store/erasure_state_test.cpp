// Whose an erasure is: the user it is of, and the process that is at it.
#include "samples.hpp"
#include "store/erasures.hpp"

namespace tenon::test {

TEST_CASE("an erasure is found under whichever of its user's hashes it was begun", "[store]") {
    test_database store(any_engine());
    const erased_user later{
        erased_ann.user, std::string(32, 'z'), {std::string(32, 'y'), erased_ann.hash}};
    writing(store.db(), [&](sql_session& session) {
        CHECK_FALSE(find_erasure(session, later));
        (void)begin_erasure(session, erased_ann, "r1", at(10));
        REQUIRE(find_erasure(session, later));
        CHECK(find_erasure(session, later)->hash == erased_ann.hash);
        CHECK(begin_erasure(session, later, "r2", at(11)) == "r1");
        write_receipt(session, later, "done");
        CHECK(finish_erasure(session, later, at(12)));
        CHECK(find_erasure(session, erased_ann)->receipt == "done");
        CHECK(count_rows(session, "erasures") == 1);
    });
}

TEST_CASE("an erasure is found however many hashes its user may have", "[store]") {
    test_database store(any_engine());
    for (const auto keys : {1U, 2U, 3U, 4U, 5U, 9U}) {
        CAPTURE(keys);
        erased_user user{user_id("user-" + std::to_string(keys)), std::string(32, '0'), {}};
        for (unsigned key = 1; key < keys; ++key) {
            user.others.emplace_back(32, static_cast<char>('0' + key));
        }
        const auto last = user.others.empty() ? user.hash : user.others.back();
        writing(store.db(), [&](sql_session& session) {
            (void)begin_erasure(session, {user.user, last}, "r1", at(10));
            REQUIRE(find_erasure(session, user));
            CHECK(find_erasure(session, user)->hash == last);
            run(session, "DELETE FROM erasures WHERE org_id = $1", session.org());
        });
    }
}

TEST_CASE("who has no keys is told of any erasure that was a moment ago", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)begin_erasure(session, erased_ann, "r1", at(10));
        CHECK(may_be_erased(session, erased_ann.user, at(10)));
        CHECK_FALSE(may_be_erased(session, user_id("bob"), at(10)));
        CHECK(finish_erasure(session, erased_ann, at(12)));
        CHECK(may_be_erased(session, user_id("bob"), at(12)));
        CHECK_FALSE(may_be_erased(session, erased_ann.user, at(13)));
    });
}

TEST_CASE("an erasure is one process's at a time", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        (void)begin_erasure(session, erased_ann, "r1", at(10));
        const auto seen = find_erasure(session, erased_ann).value();
        CHECK(seen.owner.empty());
        CHECK(adopt_erasure(session, erased_ann, seen, "host-1", at(11)));
        CHECK_FALSE(adopt_erasure(session, erased_ann, seen, "host-2", at(11)));
        CHECK(touch_erasure(session, erased_ann, "host-1", at(12)));
        CHECK_FALSE(touch_erasure(session, erased_ann, "host-2", at(13)));
        CHECK(find_erasure(session, erased_ann)->touched_at == at(12));
        release_erasure(session, erased_ann, "host-2");
        CHECK(find_erasure(session, erased_ann)->owner == "host-1");
        release_erasure(session, erased_ann, "host-1");
        CHECK(find_erasure(session, erased_ann)->owner.empty());
        CHECK(finish_erasure(session, erased_ann, at(14)));
        const auto finished = find_erasure(session, erased_ann).value();
        CHECK_FALSE(adopt_erasure(session, erased_ann, finished, "host-2", at(15)));
        CHECK_FALSE(touch_erasure(session, erased_ann, "", at(15)));
    });
}

}  // namespace tenon::test
