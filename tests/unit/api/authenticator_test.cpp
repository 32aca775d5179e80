#include "api/authenticator.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"

#include <boost/asio/awaitable.hpp>

using namespace tenon::host;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

auto carrying(std::vector<std::pair<std::string, std::string>> headers) -> request {
    request from;
    from.client = "192.0.2.1";
    for (const auto& [name, value] : headers) {
        from.headers.add(name, value);
    }
    return from;
}

auto with_key(const std::string& key) -> request {
    return carrying({{"X-API-Key", key}});
}

auto authenticate(api_fixture& fixture, const request& from) -> result<caller_handle> {
    return fixture.run(fixture.keys.authenticate(from));
}

auto lookups(api_fixture& fixture) -> std::string {
    const auto text = fixture.metrics.text();
    const std::string name = "tenon_key_lookups_total{how=\"miss\"} ";
    const auto at = text.find(name) + name.size();
    return text.substr(at, text.find('\n', at) - at);
}

void revoke(api_fixture& fixture, const api_key_id& key) {
    auto work = [&](sql_session& session) -> result<void> {
        revoke_api_key(session, key, fixture.time.now());
        return {};
    };
    REQUIRE(fixture.store->with_org_now(default_org(), access::write, work).has_value());
}

}  // namespace

TEST_CASE("a key is taken from either header, and two that differ are refused") {
    using headers = std::vector<std::pair<std::string, std::string>>;
    const auto code_of_headers = [](const headers& from) {
        const auto asked = carrying(from);
        const auto key = presented_key(asked);
        return key.has_error() ? std::string(code_of(key.error().code)) : std::string(*key);
    };
    CHECK(code_of_headers({{"Authorization", "Bearer k1"}}) == "k1");
    CHECK(code_of_headers({{"authorization", "bearer   k1"}}) == "k1");
    CHECK(code_of_headers({{"X-API-Key", "k1"}}) == "k1");
    CHECK(code_of_headers({{"Authorization", "Bearer k1"}, {"X-API-Key", "k1"}}) == "k1");
    CHECK(
        code_of_headers({{"Authorization", "Bearer k1"}, {"X-API-Key", "k2"}}) == "INVALID_REQUEST"
    );
    CHECK(code_of_headers({{"X-API-Key", "k1"}, {"x-api-key", "k1"}}) == "INVALID_REQUEST");
    CHECK(code_of_headers({}) == "UNAUTHENTICATED");
    CHECK(code_of_headers({{"Authorization", "Basic azE="}}) == "UNAUTHENTICATED");
    CHECK(code_of_headers({{"Authorization", "Bearer "}}) == "UNAUTHENTICATED");
    CHECK(code_of_headers({{"X-API-Key", std::string(513, 'k')}}) == "UNAUTHENTICATED");
}

TEST_CASE("a known key is looked up once and tells org, scopes and user") {
    api_fixture fixture;
    const auto key = fixture.make_key(only(key_scope::tokens_read), user_id("u1"));
    CHECK_FALSE(fixture.keys.cached(with_key(key)));
    const auto who = authenticate(fixture, with_key(key));
    REQUIRE(who.has_value());
    CHECK((*who)->org == default_org());
    CHECK((*who)->scopes == only(key_scope::tokens_read));
    CHECK((*who)->pinned_user == user_id("u1"));
    const auto again = fixture.keys.cached(with_key(key));
    REQUIRE(again);
    CHECK(again->has_value());
    CHECK(lookups(fixture) == "1");
}

TEST_CASE("an unknown key is remembered as unknown, for a while") {
    api_fixture fixture;
    const auto stranger = with_key("tenon_nobody");
    for (int i = 0; i < 5; ++i) {
        CHECK(authenticate(fixture, stranger).error().code == errc::unauthenticated);
    }
    CHECK(fixture.keys.cached(stranger)->error().code == errc::unauthenticated);
    CHECK(lookups(fixture) == "1");
    fixture.time.advance(11s);
    CHECK_FALSE(fixture.keys.cached(stranger));
}

TEST_CASE("a revoked key is refused once its change is known, or when its time in memory ends") {
    api_fixture fixture;
    const auto key = fixture.make_key(key_scopes::all());
    const auto who = authenticate(fixture, with_key(key));
    REQUIRE(who.has_value());
    revoke(fixture, (*who)->key);
    SECTION("told by the change feed") {
        fixture.keys.forget((*who)->key);
        CHECK(authenticate(fixture, with_key(key)).error().code == errc::unauthenticated);
    }
    SECTION("the feed was lost") {
        fixture.keys.forget_all();
        CHECK(authenticate(fixture, with_key(key)).error().code == errc::unauthenticated);
    }
    SECTION("nobody told") {
        fixture.time.advance(61s);
        CHECK(authenticate(fixture, with_key(key)).error().code == errc::unauthenticated);
    }
}

TEST_CASE("while changes can't be seen, a revoked key is refused at once") {
    api_fixture fixture;
    const auto key = fixture.make_key(key_scopes::all());
    const auto who = authenticate(fixture, with_key(key));
    REQUIRE(who.has_value());
    fixture.cache.sight().lose();
    CHECK_FALSE(fixture.keys.cached(with_key(key)));
    CHECK(authenticate(fixture, with_key(key)).has_value());
    revoke(fixture, (*who)->key);
    CHECK(authenticate(fixture, with_key(key)).error().code == errc::unauthenticated);
}

TEST_CASE("keys that were known are read again without counting as attempts") {
    api_fixture fixture(rate_limits{.unknown_keys = {.count = 3}});
    std::vector<std::string> made;
    for (int i = 0; i < 3; ++i) {
        made.push_back(fixture.make_key(key_scopes::all()));
        REQUIRE(authenticate(fixture, with_key(made.back())).has_value());
    }
    fixture.time.advance(61s);
    for (int round = 0; round < 3; ++round) {
        for (const auto& key : made) {
            CHECK(authenticate(fixture, with_key(key)).has_value());
        }
        fixture.cache.sight().lose();
    }
}

TEST_CASE("a key that was unknown serves as soon as it is made") {
    api_fixture fixture;
    const auto made = mint_key(
        default_org(), "late", key_scopes::all(), std::nullopt, fixture.time, fixture.random
    );
    const auto from = with_key(std::string(made.key.reveal()));
    REQUIRE(authenticate(fixture, from).has_error());
    auto insert = [&made](sql_session& session) -> result<void> {
        insert_api_key(session, made.row);
        return {};
    };
    REQUIRE(fixture.store->with_org_now(default_org(), access::write, insert).has_value());
    fixture.keys.forget(made.row.id);
    CHECK(authenticate(fixture, from).has_value());
}

TEST_CASE("an address that tries key after key is held back before the database is asked") {
    api_fixture fixture({.unknown_keys = {3, 1'000ms}});
    for (int i = 0; i < 3; ++i) {
        CHECK(
            authenticate(fixture, with_key("guess" + std::to_string(i))).error().code ==
            errc::unauthenticated
        );
    }
    CHECK(authenticate(fixture, with_key("guess3")).error().code == errc::rate_limited);
    CHECK(authenticate(fixture, with_key("guess0")).error().code == errc::unauthenticated);
    CHECK(lookups(fixture) == "3");
    fixture.time.advance(1s);
    CHECK(authenticate(fixture, with_key("guess3")).error().code == errc::unauthenticated);
}

TEST_CASE("a database that is gone is no reason to call a key unknown") {
    api_fixture fixture;
    const auto key = fixture.make_key(key_scopes::all());
    auto drop = [](sql_session& session) -> result<void> {
        session.execute_script("ALTER TABLE api_keys RENAME TO away");
        return {};
    };
    REQUIRE(fixture.store->as_service_now(access::write, drop).has_value());
    CHECK(authenticate(fixture, with_key(key)).error().code != errc::unauthenticated);
    auto restore = [](sql_session& session) -> result<void> {
        session.execute_script("ALTER TABLE away RENAME TO api_keys");
        return {};
    };
    REQUIRE(fixture.store->as_service_now(access::write, restore).has_value());
    CHECK(authenticate(fixture, with_key(key)).has_value());
}
