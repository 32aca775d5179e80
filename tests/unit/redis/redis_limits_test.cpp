#include "redis_case.hpp"

#include <algorithm>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using host::hold;
using host::rate;

auto names(const host::result<std::vector<hold>>& heard) -> std::vector<std::string> {
    REQUIRE(heard.has_value());
    std::vector<std::string> found;
    for (const auto& one : *heard) {
        found.push_back(one.name + (one.span == 0ms ? " over" : ""));
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

TEST_CASE("hosts that ask at once get a window's count together, and not one more") {
    redis_server redis;
    std::vector<std::unique_ptr<sharing_host>> hosts;
    for (int i = 0; i < 4; ++i) {
        hosts.push_back(std::make_unique<sharing_host>(redis));
        REQUIRE(hosts.back()->tell().has_value());
    }
    std::atomic<int> admitted{0};
    std::atomic<int> refused{0};
    {
        std::vector<std::jthread> threads;
        for (const auto& one : hosts) {
            threads.emplace_back([&, host = one.get()] {
                for (int i = 0; i < 50; ++i) {
                    const auto wait = host->slide("connect:ann", {25, 60'000ms});
                    if (wait.has_value() && *wait == 0ms) {
                        ++admitted;
                    } else if (wait.has_value() && *wait > 0ms && *wait <= 60'000ms) {
                        ++refused;
                    }
                }
            });
        }
    }
    CHECK(admitted == 25);
    CHECK(refused == 175);
    CHECK(hosts[0]->slide("connect:bob", {25, 60'000ms}).value() == 0ms);
}

TEST_CASE("what slid out of a window makes room again") {
    redis_server redis;
    sharing_host one(redis);
    REQUIRE(one.tell().has_value());
    REQUIRE(one.slide("a", {1, 300ms}).value() == 0ms);
    auto wait = one.slide("a", {1, 300ms}).value();
    int refusals = 0;
    for (; wait > 0ms; wait = one.slide("a", {1, 300ms}).value()) {
        CHECK(wait <= 300ms);
        ++refusals;
        std::this_thread::sleep_for(wait);
    }
    CHECK(refusals < 10);
}

TEST_CASE("what hosts let through fills one bucket, and what is too much is waited for") {
    redis_server redis;
    sharing_host one(redis);
    sharing_host other(redis);
    const rate limit{100, 60'000ms};
    const auto first = one.spend({{"change:k", 60, limit}, {"change:l", 1, limit}});
    REQUIRE(first.has_value());
    REQUIRE(first->size() == 2);
    CHECK(first->at(0) > 35s);
    CHECK(first->at(0) <= 36s);
    CHECK(first->at(1) <= 600ms);
    const auto second = other.spend({{"change:k", 60, limit}});
    REQUIRE(second.has_value());
    CHECK(second->at(0) > 65s);  // beyond the window of 60
    CHECK(second->at(0) <= 72s);
}

TEST_CASE("a hold that one host tells is heard by all, with what is left of it, until it is over") {
    redis_server redis;
    sharing_host one(redis);
    sharing_host other(redis);
    CHECK(
        names(one.tell({{"circuit https://a.example:443", 20s}, {"client slack", 60s}})) ==
        std::vector<std::string>{"circuit https://a.example:443", "client slack"}
    );
    const auto heard = other.tell();
    REQUIRE(heard.has_value());
    for (const auto& each : *heard) {
        CHECK(each.span > 10s);
        CHECK(each.span <= (each.name == "client slack" ? 60s : 20s));
    }
    SECTION("a shorter one of another host's does not shorten it") {
        const auto after = other.tell({{"client slack", 1s}});
        REQUIRE(after.has_value());
        CHECK(std::ranges::any_of(*after, [](const hold& each) { return each.span > 50s; }));
    }
    SECTION("its end is heard as well") {
        CHECK(
            names(other.tell({{"client slack", 0ms}})) ==
            std::vector<std::string>{"circuit https://a.example:443", "client slack over"}
        );
        CHECK(
            names(one.tell()) ==
            std::vector<std::string>{"circuit https://a.example:443", "client slack over"}
        );
        CHECK(
            names(one.tell({{"client slack", 5s}})) ==
            std::vector<std::string>{"circuit https://a.example:443", "client slack"}
        );
    }
    SECTION("its end is heard also where its time was over") {
        CHECK(names(one.tell({{"client google", 0ms}})).size() == 3);
        CHECK(names(other.tell()).back() == "client slack");
        CHECK(names(other.tell())[1] == "client google over");
    }
}

TEST_CASE("keys bear the installation's prefix, lie in the chosen database, and all of them end") {
    redis_server redis;
    sharing_host one(redis, enough, "acme:", redis.url() + "/3");
    sharing_host other(redis, enough, "other:", redis.url() + "/3");
    REQUIRE(one.spend({{"change:k", 1, {1, 60'000ms}}}).has_value());
    REQUIRE(one.slide("connect:k", {1, 60'000ms}).value() == 0ms);
    REQUIRE(names(one.tell({{"client slack", 60s}})).size() == 1);
    CHECK(names(other.tell()).empty());
    CHECK(other.slide("connect:k", {1, 60'000ms}).value() == 0ms);
    CHECK(redis.command({"dbsize"}) == "0\n");
    std::istringstream keys(redis.command({"-n", "3", "keys", "*"}));
    int seen = 0;
    for (std::string key; std::getline(keys, key); ++seen) {
        CAPTURE(key);
        CHECK((key.starts_with("acme:") || key.starts_with("other:")));
        CHECK(std::stol(redis.command({"-n", "3", "pttl", key})) > 0);
    }
    CHECK(seen >= 3);
}

TEST_CASE("a Redis that asks for a password is entered with it, and not without") {
    redis_server redis("correct horse");
    sharing_host with(
        redis, enough,
        "tenon:", "redis://:correct%20horse@127.0.0.1:" + std::to_string(redis.port())
    );
    CHECK(with.tell().has_value());
    sharing_host named(
        redis, enough,
        "tenon:", "redis://default:correct%20horse@127.0.0.1:" + std::to_string(redis.port())
    );
    CHECK(named.tell().has_value());
    sharing_host wrong(
        redis, enough, "tenon:", "redis://:battery@127.0.0.1:" + std::to_string(redis.port())
    );
    CHECK(wrong.tell().has_error());
    CHECK_FALSE(wrong.shared->reachable());
    sharing_host without(
        redis, enough, "tenon:", "redis://127.0.0.1:" + std::to_string(redis.port())
    );
    CHECK(without.tell().has_error());
}

TEST_CASE("scripts that Redis forgot are handed over again") {
    redis_server redis;
    sharing_host one(redis);
    REQUIRE(one.slide("a", {2, 60'000ms}).has_error());  // not reached yet
    REQUIRE(one.tell().has_value());
    REQUIRE(one.slide("a", {2, 60'000ms}).value() == 0ms);
    REQUIRE(redis.command({"script", "flush"}) == "OK\n");
    CHECK(one.slide("a", {2, 60'000ms}).value() == 0ms);
    CHECK(one.slide("a", {2, 60'000ms}).value() > 0ms);
    CHECK(one.changes == std::vector<bool>{true});
}

}  // namespace tenon::test
