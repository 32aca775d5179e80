#include "oauth/token_cache.hpp"

#include "support/catch.hpp"

namespace tenon::host {
namespace {

const org_id home{"org"};
const user_id user{"alice"};
constexpr std::string_view provider = "slack";
const time_point now{milliseconds(1'700'000'000'000)};
const connection_id connection{"connection-1"};

auto key_of(std::string_view account = "T1", std::string_view slot = "") -> token_key {
    return {home, user, provider, account, slot};
}

auto make_grant(std::int64_t generation, const std::string& id = "grant-1")
    -> std::shared_ptr<const cached_grant> {
    cached_grant made;
    made.org = org;
    made.id = grant_id(id);
    made.sealed_access_token = "sealed-" + std::to_string(generation);
    made.generation = generation;
    return std::make_shared<const cached_grant>(std::move(made));
}

auto generation_in(token_cache& cache, const token_key& key) -> std::int64_t {
    const auto found = cache.find(key, now).grant;
    return found ? found->generation : 0;
}

}  // namespace

TEST_CASE("what was read before something was forgotten is not remembered after it") {
    token_cache cache(10);
    const auto before = cache.marks().now();
    SECTION("the grant") {
        cache.forget(grant_id("grant-1"));
    }
    SECTION("the connection") {
        cache.forget(connection);
    }
    SECTION("everything") {
        cache.forget_all();
    }
    cache.put(key_of(), connection, make_grant(1), before);
    CHECK(cache.find(key_of(), now).grant == nullptr);
    CHECK(cache.size() == 0);
    cache.put(key_of(), connection, make_grant(1), cache.marks().now());
    CHECK(generation_in(cache, key_of()) == 1);
}

TEST_CASE("an older generation never replaces a newer one") {
    token_cache cache(10);
    cache.put(key_of(), connection, make_grant(2), cache.marks().now());
    cache.renew(make_grant(3));
    CHECK(generation_in(cache, key_of()) == 3);
    SECTION("by a refresh that is late") {
        cache.renew(make_grant(2));
    }
    SECTION("by a reader that is late") {
        cache.put(key_of(), connection, make_grant(2), cache.marks().now());
    }
    CHECK(generation_in(cache, key_of()) == 3);
}

TEST_CASE("a refresh replaces the token for everybody who shares the grant") {
    token_cache cache(10);
    cache.put(key_of("T1"), connection, make_grant(1), cache.marks().now());
    cache.put(key_of("T2"), connection_id("connection-2"), make_grant(1), cache.marks().now());
    cache.renew(make_grant(2));
    CHECK(generation_in(cache, key_of("T1")) == 2);
    CHECK(generation_in(cache, key_of("T2")) == 2);
}

TEST_CASE("a forgotten connection is not found, the other one of its grant is") {
    token_cache cache(10);
    cache.put(key_of("T1"), connection, make_grant(1), cache.marks().now());
    cache.put(key_of("T2"), connection_id("connection-2"), make_grant(1), cache.marks().now());
    cache.forget(connection);
    CHECK(cache.find(key_of("T1"), now).grant == nullptr);
    CHECK(cache.find(key_of("T2"), now).grant != nullptr);
}

TEST_CASE("no part of the key can be taken for another") {
    token_cache cache(10);
    cache.put(key_of("ab", "c"), connection, make_grant(1), cache.marks().now());
    CHECK(cache.find(key_of("ab", "c"), now).grant != nullptr);
    CHECK(cache.find(key_of("a", "bc"), now).grant == nullptr);
    const org_id other_org("other");
    const user_id other_user("bob");
    CHECK(cache.find({other_org, user, provider, "ab", "c"}, now).grant == nullptr);
    CHECK(cache.find({home, other_user, provider, "ab", "c"}, now).grant == nullptr);
}

TEST_CASE("nothing is answered from memory while changes can't be seen") {
    token_cache cache(10);
    cache.put(key_of(), connection, make_grant(1), cache.marks().now());
    cache.sight().lose();
    CHECK(cache.find(key_of(), now).grant == nullptr);
    cache.sight().seen(now);
    CHECK(cache.find(key_of(), now + milliseconds(999)).grant != nullptr);
    CHECK(cache.find(key_of(), now + milliseconds(1'000)).grant == nullptr);
    cache.sight().seen(now + milliseconds(900));
    CHECK(cache.find(key_of(), now + milliseconds(1'000)).grant != nullptr);
}

TEST_CASE("a refresh of what nobody reads is not remembered") {
    token_cache cache(10);
    cache.renew(make_grant(2));
    CHECK(cache.size() == 0);
}

TEST_CASE("a key that is longer than most is found as well") {
    token_cache cache(10);
    const std::string account(1'000, 'a');
    cache.put(key_of(account), connection, make_grant(1), cache.marks().now());
    CHECK(generation_in(cache, key_of(account)) == 1);
    CHECK(cache.find(key_of(account + "a"), now).grant == nullptr);
}

}  // namespace tenon::host
