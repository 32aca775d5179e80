// How often what is stored is counted, and that no scrape waits for it.
#include "api/stored_counts.hpp"

#include "fixture.hpp"
#include "store/connections.hpp"
#include "store/grants.hpp"
#include "support/catch.hpp"

#include <boost/asio/detached.hpp>
#include <future>

namespace tenon::test {
namespace {

using namespace host;
using namespace std::chrono_literals;

void insert(api_fixture& api, const std::string& account) {
    auto work = [&](sql_session& session) -> result<void> {
        connection_row row;
        row.id = connection_id(make_uuid(api.time, api.random));
        row.user = user_id("u1");
        row.provider = provider_id("demo");
        row.account = account_id(account);
        [[maybe_unused]] const auto kept = upsert_connection(session, row);
        return {};
    };
    REQUIRE(api.store->with_org_now(default_org(), access::write, work).has_value());
}

void insert_lapsing(api_fixture& api, const std::string& account, std::chrono::days after) {
    auto work = [&](sql_session& session) -> result<void> {
        grant_row row;
        row.id = grant_id(make_uuid(api.time, api.random));
        row.provider = provider_id("demo");
        row.account = account_id(account);
        row.slot = "main";
        row.refresh_expires_at = api.time.now() + after;
        return upsert_grant(session, row).has_value() ? result<void>() : fail(errc::internal, "");
    };
    REQUIRE(api.store->with_org_now(default_org(), access::write, work).has_value());
}

auto shown(api_fixture& api, const std::string& series) -> std::string {
    const auto body = "\n" + api.ask("GET", "/metrics").http.body;
    const auto at = body.find("\n" + series + " ");
    const auto begin = at + series.size() + 2;
    return at == std::string::npos ? "none" : body.substr(begin, body.find('\n', begin) - begin);
}

const std::string connections = R"(tenon_connections{provider="demo",status="connected"})";
const std::string counted_at = "tenon_counted_timestamp_seconds";

auto soon_shown(api_fixture& api, const std::string& series, const std::string& value) -> bool {
    for (int tries = 0; tries < 1'000; ++tries) {
        if (shown(api, series) == value) {
            return true;
        }
        std::this_thread::sleep_for(5ms);
    }
    return false;
}

}  // namespace

TEST_CASE("connections are counted for the metrics when what they say is a minute old") {
    api_fixture api;
    insert(api, "a1");
    REQUIRE(soon_shown(api, counted_at, "1790000000"));
    CHECK(shown(api, connections) == "1");
    CHECK(shown(api, "tenon_revocations_owed") == "0");
    insert(api, "a2");
    api.time.advance(59'999ms);
    for (int scrapes = 0; scrapes < 100; ++scrapes) {
        CHECK(shown(api, connections) == "1");
    }
    api.time.advance(1ms);
    CHECK(soon_shown(api, connections, "2"));
}

TEST_CASE("grants that lapse soon are counted, each time with those that lapse sooner") {
    api_fixture api;
    for (const auto after : {3, 20, 25, 60, 300}) {
        insert_lapsing(api, "a" + std::to_string(after), std::chrono::days(after));
    }
    REQUIRE(soon_shown(api, counted_at, "1790000000"));
    CHECK(shown(api, R"(tenon_grants_lapsing{provider="demo",within="7d"})") == "1");
    CHECK(shown(api, R"(tenon_grants_lapsing{provider="demo",within="30d"})") == "3");
    CHECK(shown(api, R"(tenon_grants_lapsing{provider="demo",within="90d"})") == "4");
    CHECK(shown(api, R"(tenon_grants{health="expiring",provider="demo"})") == "1");
    CHECK(shown(api, R"(tenon_grants{health="healthy",provider="demo"})") == "4");
}

TEST_CASE("no scrape waits for a count") {
    api_fixture api;
    std::promise<void> over;
    const auto held = over.get_future().share();
    // More than the database has threads: a count would wait behind them.
    for (int i = 0; i < 64; ++i) {
        auto hold = [held](sql_session& /*session*/) -> result<void> {
            held.wait();
            return {};
        };
        boost::asio::co_spawn(
            api.io, api.store->as_service(access::read, std::move(hold)), boost::asio::detached
        );
    }
    auto scraped = std::async(std::launch::async, [&] { return shown(api, connections); });
    const bool came = scraped.wait_for(10s) == std::future_status::ready;
    CHECK(came);
    insert(api, "a1");
    over.set_value();
    CHECK(scraped.get() == "none");
    CHECK(soon_shown(api, connections, "1"));
}

TEST_CASE("one counts at a time, and for a hundredth of the time at most") {
    count_schedule schedule;
    const time_point start{1'790'000'000'000ms};
    REQUIRE(schedule.begin(start));
    CHECK_FALSE(schedule.begin(start + 24h));
    schedule.end(start + 2s);
    const auto due = start + 2s + 99 * 2s;
    CHECK_FALSE(schedule.begin(due - 1ms));
    REQUIRE(schedule.begin(due));

    SECTION("a short count is made once a minute") {
        schedule.end(due + 1ms);
        CHECK_FALSE(schedule.begin(due + 60s));
        CHECK(schedule.begin(due + 60s + 1ms));
    }
    SECTION("a clock that is set forward meanwhile costs an hour, not days") {
        schedule.end(due + 24h);
        CHECK_FALSE(schedule.begin(due + 25h - 1ms));
        CHECK(schedule.begin(due + 25h));
    }
    SECTION("a clock that is set back does not keep the figures old") {
        schedule.end(due - 24h);
        CHECK_FALSE(schedule.begin(due - 24h + 59s));
        CHECK(schedule.begin(due - 24h + 60s));
    }
    SECTION("nor one that is set back later") {
        schedule.end(due);
        CHECK(schedule.begin(due - 24h));
    }
}

}  // namespace tenon::test
