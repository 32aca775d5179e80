#include "api/idempotency.hpp"

#include "fixture.hpp"
#include "support/catch.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

using namespace tenon::host;
using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

constexpr auto new_key_body = R"({"name":"second","scopes":["tokens:read"]})";

auto count_keys(api_fixture& api, const std::string& key) -> std::size_t {
    return api.ask("GET", "/api/keys", {.key = key}).json.at("keys").size();
}

std::atomic<int> runs{0};
errc failing_with = errc::internal;

auto fails(call& /*mine*/) -> boost::asio::awaitable<result<response>> {
    ++runs;
    co_return fail(failing_with, "as told");
}

auto throws(call& /*mine*/) -> boost::asio::awaitable<result<response>> {
    ++runs;
    throw std::runtime_error("as told");
    co_return result<response>(response());
}

// Within the first one's run asks the same again.
std::optional<result<response>> answer_within;
auto asks_itself(call& mine) -> boost::asio::awaitable<result<response>> {
    ++runs;
    auto again = co_await run_once(mine, fails);
    answer_within = std::move(again);
    co_return json_response(200, "{}");
}

// Is cancelled while it waits, as by a client that hung up.
boost::asio::cancellation_signal* stop_while_waiting = nullptr;
auto waits(call& /*mine*/) -> boost::asio::awaitable<result<response>> {
    const auto executor = co_await boost::asio::this_coro::executor;
    boost::asio::steady_timer timer(executor, std::chrono::hours(1));
    boost::asio::post(executor, [] {
        stop_while_waiting->emit(boost::asio::cancellation_type::total);
    });
    co_await timer.async_wait(boost::asio::use_awaitable);
    co_return result<response>(response());
}

auto cancellable(call& mine, boost::asio::cancellation_signal& stop)
    -> boost::asio::awaitable<void> {
    stop_while_waiting = &stop;
    co_await boost::asio::this_coro::reset_cancellation_state(
        boost::asio::enable_total_cancellation()
    );
    [[maybe_unused]] const auto never = co_await run_once(mine, waits);
}

struct called {
    request from;
    caller_handle who;
};

auto prepare(api_fixture& api, const std::string& key) -> called {
    called made;
    made.from.method = "POST";
    made.from.target = "/x";
    made.from.id = "request-1";
    made.from.headers.add("X-API-Key", api.make_key(key_scopes::all()));
    made.from.headers.add("Idempotency-Key", key);
    made.who = *api.run(api.keys.authenticate(made.from));
    return made;
}

auto once(api_fixture& api, const called& by, handler run) -> result<response> {
    auto body = body_fields::parse("");
    call mine{api.api, by.from, by.who, user_id("u1"), std::move(*body)};
    return api.run(run_once(mine, run));
}

}  // namespace

TEST_CASE("the same mutation under the same key is done once and answered twice alike") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const asking with{.key = key, .body = new_key_body, .idempotency_key = "once-1"};
    const auto first = api.ask("POST", "/api/keys", with);
    REQUIRE(first.http.status == 201);
    CHECK(first.header("Idempotency-Replayed").empty());
    const auto second = api.ask("POST", "/api/keys", with);
    CHECK(second.http.status == 201);
    CHECK(second.http.body == first.http.body);
    CHECK(second.header("Idempotency-Replayed") == "true");
    CHECK(second.http.no_store);
    CHECK(count_keys(api, key) == 2);
}

TEST_CASE("the same key for another request is a conflict") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    asking with{.key = key, .body = new_key_body, .idempotency_key = "once-1"};
    REQUIRE(api.ask("POST", "/api/keys", with).http.status == 201);
    with.body = R"({"name":"third","scopes":["tokens:read"]})";
    const auto other = api.ask("POST", "/api/keys", with);
    CHECK(other.http.status == 409);
    CHECK(other.error() == "CONFLICT");
    CHECK(count_keys(api, key) == 2);
}

TEST_CASE("an idempotency key belongs to the API key that used it") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto other = api.make_key(key_scopes::all());
    REQUIRE(
        api.ask("POST", "/api/keys", {.key = key, .body = new_key_body, .idempotency_key = "a"})
            .http.status == 201
    );
    const auto second =
        api.ask("POST", "/api/keys", {.key = other, .body = new_key_body, .idempotency_key = "a"});
    CHECK(second.http.status == 201);
    CHECK(second.header("Idempotency-Replayed").empty());
}

TEST_CASE("a refusal is kept, and forgotten after a day") {
    api_fixture api;
    const auto by = prepare(api, "k");
    runs = 0;
    failing_with = errc::not_found;
    CHECK(once(api, by, fails)->status == 404);
    CHECK(once(api, by, fails)->status == 404);
    CHECK(runs == 1);
    api.time.advance(24h - 1ms);
    CHECK(once(api, by, fails)->status == 404);
    CHECK(runs == 1);
    api.time.advance(1ms);
    CHECK(once(api, by, fails)->status == 404);
    CHECK(runs == 2);
}

TEST_CASE("what came to nothing may be tried again under the same key") {
    api_fixture api;
    const auto by = prepare(api, "k");
    runs = 0;
    SECTION("the provider was down") {
        failing_with = errc::provider_unavailable;
        CHECK(once(api, by, fails)->status == 503);
        CHECK(once(api, by, fails)->status == 503);
    }
    SECTION("too many requests") {
        failing_with = errc::rate_limited;
        CHECK(once(api, by, fails)->status == 429);
        CHECK(once(api, by, fails)->status == 429);
    }
    SECTION("a bug") {
        CHECK_THROWS_AS(once(api, by, throws), std::runtime_error);
        CHECK_THROWS_AS(once(api, by, throws), std::runtime_error);
    }
    CHECK(runs == 2);
}

TEST_CASE("a handler that was cancelled leaves its key free for the next attempt") {
    api_fixture api;
    const auto by = prepare(api, "cancelled-1");
    auto body = body_fields::parse("");
    call mine{api.api, by.from, by.who, user_id("u1"), std::move(*body)};
    boost::asio::cancellation_signal stop;
    auto cancelled = boost::asio::co_spawn(
        api.io, cancellable(mine, stop),
        boost::asio::bind_cancellation_slot(stop.slot(), boost::asio::use_future)
    );
    CHECK_THROWS(cancelled.get());
    runs = 0;
    failing_with = errc::internal;
    CHECK(once(api, by, fails)->status == 500);
    CHECK(runs == 1);
}

TEST_CASE("while the first one is at work the second is told to wait") {
    api_fixture api;
    const auto by = prepare(api, "k");
    runs = 0;
    CHECK(once(api, by, asks_itself)->status == 200);
    REQUIRE(answer_within);
    REQUIRE(answer_within->has_error());
    CHECK(answer_within->error().code == errc::conflict);
    CHECK(answer_within->error().retry_after == 1s);
    CHECK(runs == 1);
}

TEST_CASE("a key that can't be one is refused before anything is done") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    for (const auto& wrong : {std::string(256, 'k'), std::string("a b"), std::string("\xC3\xA9")}) {
        const auto got = api.ask(
            "POST", "/api/keys", {.key = key, .body = new_key_body, .idempotency_key = wrong}
        );
        CHECK(got.error() == "INVALID_REQUEST");
    }
    CHECK(count_keys(api, key) == 1);
}

TEST_CASE("a kept answer is sealed: the new key is nowhere in the database's file") {
    api_fixture api;
    const auto key = api.make_key(key_scopes::all());
    const auto made =
        api.ask("POST", "/api/keys", {.key = key, .body = new_key_body, .idempotency_key = "k"});
    const auto secret_text = made.json.at("key").get<std::string>();
    auto read = [](sql_session& session) -> result<std::string> {
        const auto rows = run(session, "SELECT sealed FROM idempotency");
        return rows.empty() ? std::string() : rows[0].bytes(0);
    };
    const auto sealed = api.store->with_org_now(default_org(), access::read, read);
    REQUIRE(sealed->size() > 100);
    CHECK(sealed->find(secret_text) == std::string::npos);
    CHECK(sealed->find("second") == std::string::npos);
}

TEST_CASE("a packed answer unpacks to the same, and rubbish to nothing") {
    auto answer = json_response(201, "{\"a\":\n1}");
    answer.add_header("Retry-After", "3");
    const auto back = unpack_answer(201, pack_answer(answer));
    REQUIRE(back);
    CHECK(back->body == answer.body);
    CHECK(back->headers == answer.headers);
    CHECK(back->status == 201);
    CHECK_FALSE(unpack_answer(200, "no end"));
    CHECK_FALSE(unpack_answer(200, "nocolon\n\nbody"));
}
