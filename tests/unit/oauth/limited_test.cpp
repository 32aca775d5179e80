// A provider that limits the operator's client, and hundreds who would ask it.
#include "oauth/import.hpp"
#include "oauth/limited_client.hpp"
#include "oauth/operations.hpp"
#include "oauth/profile.hpp"
#include "unit/oauth/flow_case.hpp"

namespace tenon::test {
namespace {

using std::chrono::minutes;

auto asked(const flow_case& here) -> std::size_t {
    return here.http.seen.size();
}

auto limited_at(const char* path, std::int64_t times) -> sim::fault {
    sim::fault one;
    one.path = path;
    one.kind = sim::fault_kind::status;
    one.status = 429;
    one.retry_after_s = 30;
    one.times = times;
    return one;
}

auto client_of(const flow_case& here, const std::string& client_id) -> limited_client {
    return limited_client_of(*here.providers.find("acme").value(), client_id, {});
}

// As if three others were told so.
void limit(flow_case& here, const limited_client& client) {
    for (int i = 0; i < 3; ++i) {
        here.governor.report(
            client, {rate_governor::verdict::limited, seconds(30)}, here.time.now()
        );
    }
}

auto profile_of(flow_case& here, const char* account) -> result<profile_answer> {
    const account_selector which{acme, account};
    return here.run(
        read_profile(here.context, *here.tokens, *here.refresh, ann, which, freshness::ask_anew)
    );
}

}  // namespace

TEST_CASE("a limit is told to all who refresh, one tries when it is over, and then all are served"
) {
    flow_case here;
    std::vector<connection_id> ids;
    for (int i = 0; i < 8; ++i) {
        ids.push_back(here.connect(ann, "u" + std::to_string(i + 1)));
    }
    here.http.seen.clear();
    here.scene.inject(limited_at("/token", 4));
    const auto all = [&] {
        int renewed = 0;
        for (const auto& id : ids) {
            const auto flown = here.fly(here.grant(id), refresh_reason::ahead);
            renewed += flown.has_value() ? 1 : 0;
            if (flown.has_error()) {
                CHECK(flown.error().code == errc::rate_limited);
                CHECK(flown.error().retry_after >= seconds(1));
            }
        }
        return renewed;
    };
    CHECK(all() == 0);
    CHECK(asked(here) == 3);
    for (const auto& id : ids) {
        CHECK(here.grant(id).next_refresh_at > here.time.now());
    }
    here.time.advance(seconds(29));
    CHECK(all() == 0);
    CHECK(asked(here) == 3);
    here.time.advance(seconds(1));
    CHECK(all() == 0);  // the one that tries is told so again
    CHECK(asked(here) == 4);
    here.time.advance(seconds(30));
    CHECK(all() == 8);
    CHECK(asked(here) == 12);
    CHECK(here.scene.count().refresh_reuses == 0);
}

TEST_CASE("while a provider limits refreshes, tokens that live are served and accounts connected") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.scene.inject(limited_at("/token", 3));
    for (int i = 0; i < 4; ++i) {
        CHECK(here.fly(here.grant(id), refresh_reason::asked).has_error());
    }
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
    CHECK_FALSE(here.connect(ann, "u2").empty());
    // What the exchange was answered says that the limit is over.
    CHECK(here.fly(here.grant(id), refresh_reason::asked).has_value());
}

TEST_CASE("a refresh that a limit holds is put off to behind it, and nothing has failed") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto later = here.connect(ann, "u2");
    here.time.advance(minutes(55));
    limit(here, client_of(here, "demo-client"));
    here.http.seen.clear();
    const auto before = here.grant(id);
    const auto now = here.time.now();
    REQUIRE(before.next_refresh_at <= now);
    const auto held = here.fly(before, refresh_reason::ahead);
    REQUIRE(held.has_error());
    CHECK(held.error().code == errc::rate_limited);
    const auto after = here.grant(id);
    CHECK(after.next_refresh_at >= now + seconds(30));
    CHECK(after.next_refresh_at < now + seconds(60));
    CHECK(held.error().retry_after == std::chrono::ceil<seconds>(*after.next_refresh_at - now));
    CHECK(after.failures == 0);
    CHECK(after.last_failure.empty());
    CHECK(after.lease_owner.empty());
    CHECK(after.generation == before.generation);
    CHECK(here.intents(after.id).empty());
    CHECK(here.fly(here.grant(later), refresh_reason::ahead).has_error());
    CHECK(here.grant(later).next_refresh_at != after.next_refresh_at);
    CHECK(asked(here) == 0);
    here.time.advance(minutes(5));  // beyond the tokens' end
    limit(here, client_of(here, "demo-client"));
    CHECK(here.fly(here.grant(id), refresh_reason::ahead).has_error());
    for (const auto& one : here.list(ann)) {
        CHECK(one.health.health == connection_health::healthy);
        CHECK(one.status == connection_status::connected);
    }
}

TEST_CASE("a hold brings no refresh forward that is not due") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    const auto before = here.grant(id);
    limit(here, client_of(here, "demo-client"));
    CHECK(here.fly(before, refresh_reason::asked).has_error());
    CHECK(here.grant(id).next_refresh_at == before.next_refresh_at);
}

TEST_CASE("who reads a dead token during a hold is told when to come back, and served behind it") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    here.time.advance(hours(1));
    limit(here, client_of(here, "demo-client"));
    here.http.seen.clear();
    for (int i = 0; i < 3; ++i) {
        const auto told = here.read(ann, "u1", seconds(0));
        REQUIRE(told.has_error());
        CHECK(told.error().code == errc::rate_limited);
        CHECK(told.error().retry_after >= seconds(30));
        CHECK(told.error().retry_after <= seconds(60));
    }
    CHECK(here.observer.waited == 1);  // the others are told without a look at the lease
    CHECK(asked(here) == 0);
    here.time.advance(seconds(30));
    REQUIRE(here.grant(id).next_refresh_at > here.time.now());
    CHECK(here.read(ann, "u1", seconds(0)).has_value());
}

TEST_CASE("a hold leaves what an earlier run may have sent") {
    flow_case here;
    const auto row = here.grant(here.connect(ann, "u1"));
    here.leave_intent(row);
    const auto cut_off_at = here.time.now();
    here.time.advance(hours(1));
    limit(here, client_of(here, "demo-client"));
    CHECK(here.fly(row, refresh_reason::ahead).has_error());
    const auto left = here.intents(row.id);
    REQUIRE(left.size() == 1);
    CHECK(left.front().created_at == cut_off_at);
}

TEST_CASE("a limit holds the client that it is of, and no other of the provider's") {
    flow_case here;
    const auto id = here.connect(ann, "u1");
    limit(here, client_of(here, "another-client"));
    CHECK(here.governor.held(client_of(here, "another-client"), here.time.now()));
    CHECK(here.fly(here.grant(id), refresh_reason::asked).has_value());
    CHECK(client_of(here, "") == client_of(here, "demo-client"));
    CHECK(provider_of(client_of(here, "")) == "acme");
    // And is not over because that one is answered.
    CHECK(here.governor.held(client_of(here, "another-client"), here.time.now()));
}

TEST_CASE("a limit is of one tenant's host, where each has its own") {
    flow_case here;
    here.reconfigure([](provider_settings& section) {
        section.config = {
            {"authorize_url", {"https://{shop}.acme.example/authorize", false}},
            {"token_url", {"https://{shop}.acme.example/token", false}},
            {"userinfo_url", {"https://{region}.api.example/me", false}},
            {"connect_params", {R"({"shop":"[a-z]+","region":"[a-z]+"})", true}}};
    });
    const auto provider = here.providers.find("acme").value();
    const auto client = [&](const char* shop, const char* region) {
        return limited_client_of(*provider, "demo-client", {{"shop", shop}, {"region", region}});
    };
    CHECK(client("one", "eu") != client("two", "eu"));
    CHECK(client("one", "eu") == client("one", "us"));  // whose tokens come from one host
    const auto api = [&](const char* shop, const char* region, const char* base_url = "") {
        return limited_api_of(
            *provider, "demo-client", {{"shop", shop}, {"region", region}}, base_url
        );
    };
    CHECK(api("one", "eu") != api("one", "us"));
    CHECK(api("one", "eu") == api("two", "eu"));
    CHECK(api("one", "eu") != api("one", "eu", "https://one.api.example"));
    CHECK(api("one", "one") != client("one", "one"));
}

TEST_CASE("a provider that limits three accounts' profiles is asked for no other's until it is over"
) {
    flow_case here;
    for (const auto* account : {"u1", "u2", "u3", "u4"}) {
        here.connect(ann, account);
    }
    here.scene.inject(limited_at("/userinfo", 3));
    for (const auto* account : {"u1", "u2", "u3"}) {
        CHECK(profile_of(here, account).error().code == errc::rate_limited);
    }
    here.http.seen.clear();
    const auto held = profile_of(here, "u4");
    REQUIRE(held.has_error());
    CHECK(held.error().code == errc::rate_limited);
    CHECK(held.error().retry_after == seconds(30));
    import_item given;
    given.user = ann.user;
    given.access_token = secret("given-token");
    const auto imported = here.run(
        import_connection(here.context, ann, acme, std::move(given), import_validation::by_profile)
    );
    REQUIRE(imported.has_error());
    CHECK(imported.error().code == errc::rate_limited);
    CHECK(asked(here) == 0);
    // Where tokens come from another measure is taken.
    CHECK(here.fly(here.grant(here.list(ann).front().id), refresh_reason::asked).has_value());
    here.time.advance(seconds(30));
    CHECK(profile_of(here, "u4").has_value());
    CHECK(profile_of(here, "u1").has_value());
}

TEST_CASE("who brought credentials along is not held by the client's limit") {
    flow_case here;
    here.connect(ann, "u1");
    const auto provider = here.providers.find("acme").value();
    limit(here, limited_api_of(*provider, "", {}, ""));
    operation_request request;
    request.kind = operation_kind::profile;
    CHECK(held_back(here.context, *provider, request));
    request.secrets.credentials["api_key"] = secret("key");
    CHECK_FALSE(held_back(here.context, *provider, request));
}

TEST_CASE("an account whose profile is limited again and again holds nobody") {
    flow_case here;
    here.connect(ann, "u1");
    here.connect(ann, "u2");
    here.scene.inject(limited_at("/userinfo", 5));
    for (int i = 0; i < 5; ++i) {
        CHECK(profile_of(here, "u1").error().code == errc::rate_limited);
    }
    CHECK(profile_of(here, "u2").has_value());
}

TEST_CASE("an answer that is replayed ends no hold") {
    flow_case here;
    const auto row = here.grant(here.connect(ann, "u1"));
    here.leave_recorded_refresh(row);
    const auto client = client_of(here, "demo-client");
    limit(here, client);
    CHECK(here.fly(row, refresh_reason::ahead).has_value());
    CHECK(here.governor.held(client, here.time.now()));
}

}  // namespace tenon::test
