// What hosts share goes away while it is needed, hangs, and comes back: what clients see meanwhile.
#include "integration/shared_limits.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <sstream>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;
using std::chrono::milliseconds;
using stopwatch = std::chrono::steady_clock;

constexpr int limit = 10;

// One kind of call, as clients saw it.
struct tally {
    int done = 0;
    int limited = 0;
    milliseconds slowest{0};
};

// Three kinds of clients of each host, a thread each, until it goes: one reads a token, one begins
// connects of ever new users, one of the same user, as fast as it can.
class calls {
  public:
    enum kind { reading, connecting, pushing };

    calls(sharing_pair& pair, std::string connection)
        : pair_(pair), connection_(std::move(connection)) {
        for (const std::size_t host : {0U, 1U}) {
            for (const auto what : {reading, connecting, pushing}) {
                workers_.emplace_back([this, host, what](const std::stop_token& stop) {
                    work(stop, host, what);
                });
            }
        }
    }

    // What was seen since the last time.
    auto take() -> std::map<kind, tally> {
        const std::lock_guard lock(guard_);
        return std::exchange(seen_, {});
    }
    // Answers that are neither, as text: none is expected.
    auto strange() -> std::string {
        const std::lock_guard lock(guard_);
        return strange_;
    }

  private:
    void work(const std::stop_token& stop, std::size_t host, kind what) {
        auto client = pair_.at(host);
        for (int n = 0; !stop.stop_requested(); ++n) {
            if (what == connecting) {
                client = pair_.at(host, "user-" + std::to_string(host) + "-" + std::to_string(n));
            }
            const auto began = stopwatch::now();
            const auto answer = what == reading
                                    ? client.get(pair_.here.token_path(connection_))
                                    : client.post("/api/integrations/connect/demo", begin);
            note(what, answer, std::chrono::ceil<milliseconds>(stopwatch::now() - began));
            std::this_thread::sleep_for(5ms);
        }
    }
    void note(kind what, const http_response& answer, milliseconds took) {
        const std::lock_guard lock(guard_);
        auto& seen = seen_[what];
        seen.slowest = std::max(seen.slowest, took);
        if (answer.status == 200) {
            ++seen.done;
        } else if (what == pushing && answer.status == 429) {
            ++seen.limited;
        } else {
            strange_ += std::to_string(answer.status) + " " + answer.body + "\n";
        }
    }

    sharing_pair& pair_;
    std::string connection_;
    std::mutex guard_;
    std::map<kind, tally> seen_;
    std::string strange_;
    std::vector<std::jthread> workers_;
};

auto told(std::map<calls::kind, tally>& seen) -> std::string {
    std::ostringstream text;
    for (const auto& [what, name] :
         {std::pair(calls::reading, "token reads"), std::pair(calls::connecting, "connects"),
          std::pair(calls::pushing, "one user's connects")}) {
        const auto& of = seen[what];
        text << "; " << name << " " << of.done << " done, " << of.limited << " limited, slowest "
             << of.slowest.count() << " ms";
    }
    return text.str();
}

struct phase {
    std::string name;
    std::function<void()> begin;
    bool shared;
};

}  // namespace

TEST_CASE("Redis that goes away under load fails no call and lifts no limit, and is found again") {
    world_options options;
    options.connects_per_15_minutes = limit;
    sharing_pair pair(options);
    const auto connection = pair.here.connected();
    REQUIRE(soon([&] { return pair.both_share(true); }));
    const bool kill = GENERATE(true, false);
    CAPTURE(kill);
    const std::vector<phase> phases{
        {"Redis there", [] {}, true},
        {kill ? "Redis killed" : "Redis stopped, as by SIGSTOP",
         [&] { kill ? pair.redis.kill() : pair.redis.freeze(); }, false},
        {kill ? "Redis started, empty" : "Redis goes on",
         [&] { kill ? pair.redis.start() : pair.redis.thaw(); }, true},
    };
    int let_through = 1;  // the connection's own
    {
        calls under(pair, connection);
        for (const auto& now : phases) {
            now.begin();
            REQUIRE(soon([&] { return pair.both_share(now.shared); }));
            std::this_thread::sleep_for(2s);
            auto seen = under.take();
            WARN(now.name << told(seen));
            CHECK(seen[calls::reading].done > 20);
            CHECK(seen[calls::connecting].done > 20);
            CHECK(seen[calls::pushing].limited > 20);
            // A question that hangs is waited for once or twice, and no call fails for it.
            CHECK(seen[calls::connecting].slowest < 3s);
            let_through += seen[calls::pushing].done;
        }
        INFO(under.strange());
        CHECK(under.strange().empty());
    }
    // Shared: so many of both. While it was away and after it forgot: as many of each at most.
    CHECK(let_through >= limit);
    CHECK(let_through <= 2 * limit);
    for (const std::size_t which : {0U, 1U}) {
        const auto log = pair.host(which).log();
        CHECK(times_in(log, "no Redis: limits count for this host alone") == 1);
        CHECK(times_in(log, "limits count for all hosts, through Redis") == 2);
        CHECK(times_in(log, "a-password-of-redis") == 0);
        CHECK_THAT(pair.at(which).get("/metrics").body, Catch::Contains("tenon_redis_up 1"));
    }
}

TEST_CASE("a host starts without its Redis, and with one that it may not enter, and says so") {
    redis_server redis("the-right-one");
    world_options options;
    options.connects_per_15_minutes = 1;
    options.config =
        "redis: \"redis://:the-wrong-one@127.0.0.1:" + std::to_string(redis.port()) + "\"\n";
    world here(options);
    auto api = here.api();
    REQUIRE(here.host().wait_for_log("no Redis: limits count for this host alone"));
    CHECK(times_in(here.host().log(), "WRONGPASS") == 1);
    CHECK(times_in(here.host().log(), "the-wrong-one") == 0);
    const auto health = api.get("/health");
    CHECK(health.status == 200);
    CHECK(health.json().at("checks").at("limits").at("status") == "degraded");
    CHECK(api.get("/readyz").status == 200);
    CHECK_THAT(api.get("/metrics").body, Catch::Contains("tenon_redis_up 0"));
    CHECK(api.post("/api/integrations/connect/demo", begin).status == 200);
    CHECK(api.post("/api/integrations/connect/demo", begin).status == 429);
}

}  // namespace tenon::test
