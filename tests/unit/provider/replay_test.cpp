#include "unit/provider/fixture.hpp"

using namespace tenon::test;

namespace {

using replies = std::map<std::size_t, recorded_reply>;

auto keep_in(replies& kept) -> reply_sink {
    return [&kept](
               std::size_t position, recorded_reply reply
           ) -> boost::asio::awaitable<result<void>> {
        kept.emplace(position, std::move(reply));
        co_return result<void>{};
    };
}

}  // namespace

TEST_CASE("replies that may carry tokens reach the sink before the next request") {
    world all;
    all.http.answer(200, "short", {{"x-a", "1"}});
    all.http.answer(200, "long");
    replies kept;
    std::vector<std::size_t> kept_before_send;
    all.http.on_send = [&] { kept_before_send.push_back(kept.size()); };
    auto request = request_of(operation_kind::exchange);
    request.sink = keep_in(kept);
    const auto done = all.perform(std::move(request));
    REQUIRE(done.has_value());
    CHECK(kept_before_send == std::vector<std::size_t>{0, 1});
    REQUIRE(kept.size() == 2);
    CHECK(kept.at(0).response.body == "short");
    CHECK(kept.at(1).response.body == "long");
    CHECK(kept.at(0).began_at == all.time.now());
}

TEST_CASE("an operation that was cut off goes on from what was recorded, byte for byte the same") {
    world all;
    all.http.answer(200, "short");
    all.http.answer(200, "long");
    replies kept;
    auto first = request_of(operation_kind::exchange);
    first.sink = keep_in(kept);
    const auto whole = all.perform(std::move(first));
    REQUIRE(whole.has_value());
    SECTION("all of it: nothing is sent") {
        all.http.seen.clear();
        all.time.advance(std::chrono::hours(1));
        auto again = request_of(operation_kind::exchange);
        for (const auto& [position, reply] : kept) {
            again.recorded.emplace(position, parse_recorded_reply(serialize(reply)).value());
        }
        const auto out = all.perform(std::move(again));
        REQUIRE(out.has_value());
        CHECK(all.http.seen.empty());
        CHECK(out->grants[0].access_token.reveal() == whole->grants[0].access_token.reveal());
        CHECK(out->grants[0].expires_at == whole->grants[0].expires_at);
    }
    SECTION("the first reply: the code is not used again, the second request is sent") {
        all.http.seen.clear();
        all.http.answer(200, "longer");
        auto again = request_of(operation_kind::exchange);
        again.recorded.emplace(0, kept.at(0));
        const auto out = all.perform(std::move(again));
        REQUIRE(out.has_value());
        REQUIRE(all.http.seen.size() == 1);
        CHECK(all.http.seen[0].url == "https://api.example.test/long?short=short");
        CHECK(out->grants[0].access_token.reveal() == "short+longer");
    }
    SECTION("only the second reply: the first request had no answer, and is not sent again") {
        all.http.seen.clear();
        auto again = request_of(operation_kind::exchange);
        again.recorded.emplace(1, kept.at(1));
        const auto out = all.perform(std::move(again));
        REQUIRE(out.has_error());
        CHECK(all.http.seen.empty());
        CHECK(out.error().grant_reply_pending);
    }
}

TEST_CASE("what is replayed is not recorded again") {
    world all;
    recorded_reply reply;
    reply.began_at = all.time.now();
    reply.response.status = 200;
    reply.response.body = "t";
    reply.response.sent = request_sent::yes;
    replies kept;
    auto request = request_of(operation_kind::refresh);
    request.recorded.emplace(0, reply);
    request.sink = keep_in(kept);
    const auto done = all.perform(std::move(request));
    REQUIRE(done.has_value());
    CHECK(kept.empty());
}

TEST_CASE("a recorded reply at a request that grants nothing is told, not used") {
    world all;
    recorded_reply reply;
    reply.response.status = 200;
    auto request = request_of(operation_kind::profile);
    request.recorded.emplace(0, reply);
    const auto out = all.perform(std::move(request));
    REQUIRE(out.has_error());
    CHECK(out.error().code == "replay_diverged");
    CHECK(all.http.seen.empty());
}

TEST_CASE("a reply that can't be stored ends the operation as one whose grant is pending") {
    world all;
    all.http.answer(200, "short");
    auto request = request_of(operation_kind::exchange);
    request.sink = [](std::size_t, const recorded_reply&) -> boost::asio::awaitable<result<void>> {
        co_return fail(errc::storage_unavailable, "the disk is full");
    };
    const auto out = all.perform(std::move(request));
    REQUIRE(out.has_error());
    CHECK(out.error().code == "reply_not_stored");
    CHECK(out.error().grant_reply_pending);
    CHECK(all.http.seen.size() == 1);
}

TEST_CASE("a refresh of one slot is not answered with the tokens of another, which stay recorded") {
    world all;
    all.http.answer(200, "t");
    auto request = request_of(operation_kind::refresh);
    request.slot = "user";
    const auto failed = all.perform(std::move(request)).error();
    CHECK(failed.code == "plugin_broke_contract");
    CHECK(failed.message.find("the slot 'user' with tokens of ''") != std::string::npos);
    CHECK(failed.holds_grant);
}
