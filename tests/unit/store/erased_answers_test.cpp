// Kept answers of users who are erased.
#include "samples.hpp"
#include "store/erasures.hpp"
#include "store/idempotency.hpp"
#include "support/row_scan.hpp"

namespace tenon::test {

namespace {

void put_answer(sql_session& session, const std::string& key, const std::optional<user_id>& user) {
    (void)begin_idempotent(session, key, key, at(1), at(9));
    REQUIRE(finish_idempotent(session, key, {200, "sealed", user, {}, at(9)}));
}

auto is_kept(sql_session& session, const std::string& key) -> bool {
    return std::holds_alternative<idempotent_finished>(
        begin_idempotent(session, key, key, at(2), at(9))
    );
}

}  // namespace

TEST_CASE(
    "kept answers go with whom they are about, those about several with any of them, but their "
    "keys stay used",
    "[store]"
) {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        put_answer(session, "anns", user_id("ann"));
        put_answer(session, "bobs", user_id("bob"));
        put_answer(session, "several", user_id());
        put_answer(session, "nobodys", std::nullopt);
        CHECK(erase_answers(session, user_id("ann")) == 1);
        CHECK(is_kept(session, "bobs"));
        CHECK(is_kept(session, "nobodys"));
        for (const auto* const gone : {"anns", "several"}) {
            for (const auto* const request : {gone, "another"}) {
                const auto again = begin_idempotent(session, gone, request, at(2), at(9));
                CHECK(std::holds_alternative<idempotent_erased>(again));
            }
            const auto later = begin_idempotent(session, gone, gone, at(9), at(12));
            CHECK(std::holds_alternative<idempotent_started>(later));
        }
    });
}

TEST_CASE("an answer for who is being erased, or was a moment ago, is not kept", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const auto keep = [&](const char* key, const erased_user& about) {
            (void)begin_idempotent(session, key, key, at(1), at(9));
            return finish_idempotent(session, key, {200, "sealed", about.user, about, at(9)});
        };
        (void)begin_erasure(session, erased_ann, "r1", at(1));
        CHECK_FALSE(keep("under way", erased_ann));
        CHECK(finish_erasure(session, erased_ann, at(2)));
        CHECK_FALSE(keep("finished", erased_ann));
        CHECK(keep("bobs", {user_id("bob"), std::string(32, 'b')}));
        CHECK(count_rows(session, "idempotency") == 3);
        const auto again = begin_idempotent(session, "finished", "finished", at(2), at(9));
        CHECK(std::holds_alternative<idempotent_erased>(again));
    });
    CHECK(columns_that_hold(store.db(), "ann").empty());
    writing(store.db(), [](sql_session& session) {
        const auto keep = [&](const char* key, time_point began) {
            (void)begin_idempotent(session, key, key, began, began + milliseconds(9));
            const kept_answer answer{
                200, "sealed", erased_ann.user, erased_ann, began + milliseconds(9)};
            return finish_idempotent(session, key, answer);
        };
        CHECK_FALSE(keep("by a clock that is ahead", at(2) + erasure_margin));
        CHECK(keep("came back", at(3) + erasure_margin));
    });
}

TEST_CASE("an answer about several is not kept if any user was erased meanwhile", "[store]") {
    test_database store(any_engine());
    writing(store.db(), [](sql_session& session) {
        const auto keep = [&](const char* key, time_point began) {
            (void)begin_idempotent(session, key, key, began, began + milliseconds(9));
            const kept_answer answer{200, "sealed", user_id(), {}, began + milliseconds(9)};
            return finish_idempotent(session, key, answer);
        };
        CHECK(keep("before", at(1)));
        (void)begin_erasure(session, erased_ann, "r1", at(1));
        CHECK_FALSE(keep("under way", at(1)));
        CHECK(finish_erasure(session, erased_ann, at(2)));
        CHECK_FALSE(keep("finished", at(2)));
        CHECK(keep("after", at(3) + erasure_margin));
        const auto again = begin_idempotent(session, "finished", "finished", at(3), at(9));
        CHECK(std::holds_alternative<idempotent_erased>(again));
    });
}

}  // namespace tenon::test
