// An answer that is kept at the moment in which its user is erased.
#include "api/idempotency.hpp"
#include "fixture.hpp"
#include "oauth/erased.hpp"
#include "oauth/erasure_rows.hpp"
#include "support/any_engine.hpp"
#include "support/catch.hpp"
#include "support/row_scan.hpp"

#include <future>

namespace tenon::test {

using namespace host;  // NOLINT: tests of that namespace

TEST_CASE("who keeps an answer waits for who erases its user, and then keeps none") {
    api_fixture api({}, {}, false, any_engine());
    const actor ann{org_id("default"), user_id("ann"), "test", {}};
    const auto about = GENERATE(user_id("ann"), user_id());
    CAPTURE(about.text());
    const auto now = api.time.now();
    const auto with_default = [&](database& db, auto work) {
        return db.with_org_now(ann.org, access::write, work);
    };
    REQUIRE(with_default(api.store.db(), [&](sql_session& session) -> result<void> {
                (void)begin_idempotent(session, "k", "asked", now, now + milliseconds(9));
                return {};
            }).has_value());
    const auto keep = [&] {
        return with_default(api.store.db(), [&](sql_session& session) -> result<bool> {
            kept_answer kept{200, "sealed", about, who_of(api.oauth, ann), {}};
            kept.expires_at = now + milliseconds(9);
            return keep_answer(session, "k", kept);
        });
    };
    const auto other = open_database(api.store.url()).value();  // another host's
    std::future<result<bool>> kept;
    REQUIRE(with_default(*other, [&](sql_session& session) -> result<void> {
                (void)take_hold(session, api.oauth, ann, "other/1", erasing::anew);
                (void)finish(session, api.oauth, ann, "other/1");
                kept = std::async(std::launch::async, keep);
                CHECK(kept.wait_for(milliseconds(300)) == std::future_status::timeout);
                return {};
            }).has_value());
    CHECK_FALSE(kept.get().value());
    const auto again = with_default(*other, [&](sql_session& session) -> result<bool> {
        const auto seen = begin_idempotent(session, "k", "asked", now, now + milliseconds(9));
        return std::holds_alternative<idempotent_erased>(seen);
    });
    CHECK(again.value());
}

TEST_CASE("a key that begins to be made for who is erased is refused, and the answer not kept") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    REQUIRE(
        api.ask("DELETE", "/api/users/a%40customers.example/data", {.key = key}).http.status == 200
    );
    const std::string body = R"({"name":"k","scopes":["tokens:read"]})";
    const asking making{
        .key = key, .user = "a@customers.example", .body = body, .idempotency_key = "late"};
    CHECK(api.ask("POST", "/api/keys", making).error() == "INVALID_STATE");
    CHECK(columns_that_hold(api.store.db(), "customers.example").empty());
    CHECK(api.ask("POST", "/api/keys", making).error() == "CONFLICT");
    api.time.advance(erasure_margin + milliseconds(1));
    const asking anew{.key = key, .user = "a@customers.example", .body = body};
    CHECK(api.ask("POST", "/api/keys", anew).http.status == 201);
}

}  // namespace tenon::test
