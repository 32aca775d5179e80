// What goes wrong really does, and is excused where nobody could help it, and only there.
#include "support/catch.hpp"
#include "tale.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

auto act_of(act_kind kind, std::int64_t at_ms, int user, int host) -> act {
    act one;
    one.at_ms = at_ms;
    one.kind = kind;
    one.user = user;
    one.host = one.other_host = host;
    return one;
}

// Two hosts, and a user who connects.
auto plan_of(std::vector<mishap> mishaps) -> plan {
    plan made;
    made.seed = 1;
    made.hosts = 2;
    made.duration_ms = 12'000;
    made.acts = {act_of(act_kind::connect, 0, 0, 0)};
    made.mishaps = std::move(mishaps);
    return made;
}

auto count_of(const std::vector<std::string>& tale, std::string_view words) -> std::int64_t {
    return std::ranges::count_if(tale, [&](const std::string& line) {
        return line.find(words) != std::string::npos;
    });
}

auto answer_with(const std::string& refresh_token) -> sim::sim_response {
    return {
        200,
        {},
        R"({"access_token":"of )" + refresh_token + R"(","refresh_token":")" + refresh_token +
            "\"}"};
}

// A refresh at a host, from which the provider got that token; its lease lasts for 45 s.
auto refresh_at(std::size_t host, const std::string& token, const chronicle& all)
    -> std::shared_ptr<token_call> {
    auto one = std::make_shared<token_call>();
    one->host = host;
    one->provider = "rotating";
    one->refresh_token = token;
    one->lease_until = all.time.now() + std::chrono::seconds(45);
    return one;
}

}  // namespace

TEST_CASE("who disconnects while a read of his waits for a refresh is not answered with its token"
) {
    std::int64_t kept = 0;
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
        auto what = plan_of({});
        what.seed = seed;
        what.access_life_s = 90;
        what.slowest_answer_ms = 4'500;
        what.duration_ms = 50'000;
        // Another one shares the grant: it is not gone with the first one's connection.
        what.acts.push_back(act_of(act_kind::connect, 100, 1, 1));
        what.acts.push_back(act_of(act_kind::read, 36'000, 0, 0));
        what.acts.push_back(act_of(act_kind::disconnect, 37'000, 0, 1));
        const auto tale = tale_of(what);
        INFO(tale.back());
        CHECK(tale.back().empty());
        const auto left = std::ranges::find_if(tale, [](const std::string& line) {
            return line.find("user 0/rotating/u1 has disconnected") != std::string::npos;
        });
        kept += count_of({left, tale.end()}, "user 0/rotating/u1 is told NOT_FOUND");
    }
    CHECK(kept > 0);
}

TEST_CASE("a reload exchanges the plugin, each time") {
    auto& registry = shared().registry_of(0);
    for (int i = 0; i < 3; ++i) {
        const auto before = registry.find("rotating").value();
        CHECK(shared().exchange_plugins(0));
        CHECK(registry.find("rotating").value() != before);
    }
}

TEST_CASE("a request that changes no tokens may be delivered twice, and no other") {
    const auto once = tale_of(plan_of({}));
    const auto again = tale_of(plan_of({{0, mishap_kind::delivered_twice, 0}}));
    CHECK(again.back().empty());
    CHECK(count_of(again, "/token is answered") == count_of(once, "/token is answered"));
    CHECK(count_of(again, " is answered") == count_of(once, " is answered") + 1);
}

TEST_CASE("a shared database refuses a host whose clock is wrong, and no other") {
    const mishap jump{0, mishap_kind::clock_jump, 300'000};
    const auto shared_one = plan_of({jump});
    auto alone = shared_one;
    alone.hosts = 1;
    CHECK(count_of(tale_of(shared_one), "host 0: a read is refused") > 0);
    CHECK(count_of(tale_of(shared_one), "host 1: a read is refused") == 0);
    CHECK(count_of(tale_of(alone), "is refused") == 0);
    const auto little = plan_of({{0, mishap_kind::clock_jump, 3'000}});
    CHECK(count_of(tale_of(little), "is refused") == 0);
}

TEST_CASE("hosts hear of what another one changed, but for one that misses it") {
    const auto what = plan_of({});
    chronicle all(what, planted_fault::none);
    std::vector<int> heard(3);
    for (std::size_t i = 0; i < heard.size(); ++i) {
        all.ears[i] = {[&heard, i] { ++heard[i]; }, i == 2};
    }
    for (int times = 0; times < 2; ++times) {
        all.announce(0);
        while (all.time.next_at()) {
            all.time.step();
        }
    }
    CHECK(heard == std::vector<int>{0, 2, 1});
}

TEST_CASE("a host that can't write is excused only once another has taken over after its lease") {
    struct trouble {
        int still_s;  // 0: its clock is wrong
        bool taken_over, excused;
    };
    const auto what = plan_of({});
    for (const auto& [still_s, taken_over, excused] : std::vector<trouble>{
             {2, false, false},
             {2, true, false},
             {60, false, false},
             {60, true, true},
             {0, false, false},
             {0, true, true}}) {
        CAPTURE(still_s, taken_over);
        chronicle all(what, planted_fault::none);
        book tokens(all);
        token_call consent;
        consent.provider = "rotating";
        tokens.served(consent, answer_with("first"));
        const auto own = refresh_at(0, "first", all);
        tokens.departs(own);
        tokens.served(*own, answer_with("second"));
        if (still_s > 0) {
            tokens.frozen(0, all.time.now() + std::chrono::seconds(still_s));
        } else {
            tokens.cut_off(0);
        }
        tokens.arrived(*own);
        tokens.ends(own);
        CHECK(tokens.is_coming(*own->family));
        all.time.skip(std::chrono::seconds(50));
        if (taken_over) {
            const auto other = refresh_at(1, "first", all);
            tokens.departs(other);
            tokens.served(*other, {400, {}, {}});
        }
        CHECK(tokens.must_live(*own->family) != excused);
        CHECK(all.violation.empty() == (excused || !taken_over));
    }
}

}  // namespace tenon::simulation
