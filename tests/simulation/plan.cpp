#include "plan.hpp"

#include <algorithm>

namespace tenon::simulation {
namespace {

constexpr int users = 3;
constexpr int accounts = 2;
constexpr std::int64_t most_points = 160;

auto any_act(dice& chance, std::int64_t at_ms, int hosts) -> act {
    act one;
    one.at_ms = at_ms;
    one.kind = chance.pick(
        {act_kind::read, act_kind::read, act_kind::read, act_kind::refresh, act_kind::refresh,
         act_kind::connect, act_kind::disconnect}
    );
    one.user = static_cast<int>(chance.below(users));
    one.account = static_cast<int>(chance.below(accounts));
    one.rotating = chance.chance(75);
    one.host = static_cast<int>(chance.below(hosts));
    one.other_host = static_cast<int>(chance.below(hosts));
    one.twice = chance.chance(15);
    one.confirm = one.kind == act_kind::connect && chance.chance(15);
    return one;
}

// Several who want something of one account within some seconds.
void add_burst(plan& to, dice& chance, std::int64_t begin_ms) {
    const auto first = any_act(chance, begin_ms, to.hosts);
    const auto count = chance.between(2, 4);
    for (std::int64_t i = 0; i < count; ++i) {
        auto one = any_act(chance, begin_ms + chance.between(0, 3'000), to.hosts);
        one.account = first.account;
        one.rotating = first.rotating;
        if (chance.chance(60)) {
            one.user = first.user;
        }
        if (chance.chance(30)) {
            one.kind = act_kind::refresh;  // several hosts are asked to renew it at once
        }
        to.acts.push_back(one);
    }
}

auto amount_of(mishap_kind kind, dice& chance) -> std::int64_t {
    switch (kind) {
        case mishap_kind::crash: return chance.pick({50, 1'000, 20'000, 90'000});
        case mishap_kind::freeze: return chance.pick({2'000, 20'000, 50'000, 120'000});
        case mishap_kind::clock_jump:
            return chance.pick({-300'000, -20'000, -3'000, 3'000, 20'000, 300'000});
        case mishap_kind::storage_is_slow: return chance.pick({500, 4'000, 14'000});
        case mishap_kind::storage_away: return chance.pick({3'000, 20'000, 40'000, 120'000});
        case mishap_kind::slow_provider: return chance.pick({2'000, 12'000, 19'000});
        case mishap_kind::outage: return chance.pick({5'000, 60'000});
        default: return 0;
    }
}

auto any_mishap(dice& chance) -> mishap {
    using enum mishap_kind;
    mishap one;
    one.point = chance.below(most_points);
    one.kind = chance.pick(
        {crash,
         crash,
         crash,
         crash,
         freeze,
         freeze,
         clock_jump,
         storage_refuses,
         storage_refuses,
         storage_keeps_silent,
         storage_keeps_silent,
         storage_is_slow,
         storage_away,
         storage_away,
         request_lost,
         answer_lost,
         answer_lost,
         not_connected,
         slow_provider,
         slow_provider,
         slow_provider,
         provider_hangs,
         too_many_requests,
         unavailable,
         broken_after_serving,
         html,
         delivered_twice,
         delivered_twice,
         outage,
         announcement_lost,
         rotate_keys,
         reload,
         reload}
    );
    one.amount = amount_of(one.kind, chance);
    return one;
}

}  // namespace

auto name_of(act_kind kind) -> std::string {
    switch (kind) {
        case act_kind::connect: return "connect";
        case act_kind::read: return "read";
        case act_kind::refresh: return "refresh";
        case act_kind::disconnect: return "disconnect";
    }
    return {};
}

auto name_of(mishap_kind kind) -> std::string {
    switch (kind) {
        case mishap_kind::none: return "nothing";
        case mishap_kind::crash: return "crash";
        case mishap_kind::freeze: return "freeze";
        case mishap_kind::clock_jump: return "clock_jump";
        case mishap_kind::storage_refuses: return "storage_refuses";
        case mishap_kind::storage_keeps_silent: return "storage_keeps_silent";
        case mishap_kind::storage_is_slow: return "storage_is_slow";
        case mishap_kind::storage_away: return "storage_away";
        case mishap_kind::request_lost: return "request_lost";
        case mishap_kind::answer_lost: return "answer_lost";
        case mishap_kind::not_connected: return "not_connected";
        case mishap_kind::slow_provider: return "slow_provider";
        case mishap_kind::provider_hangs: return "provider_hangs";
        case mishap_kind::too_many_requests: return "too_many_requests";
        case mishap_kind::unavailable: return "unavailable";
        case mishap_kind::broken_after_serving: return "broken_after_serving";
        case mishap_kind::html: return "html";
        case mishap_kind::delivered_twice: return "delivered_twice";
        case mishap_kind::outage: return "outage";
        case mishap_kind::announcement_lost: return "announcement_lost";
        case mishap_kind::rotate_keys: return "rotate_keys";
        case mishap_kind::reload: return "reload";
    }
    return {};
}

auto make_plan(std::uint64_t seed) -> plan {
    dice chance(seed * 2 + 1);
    plan made;
    made.seed = seed;
    made.hosts = static_cast<int>(chance.pick({1, 2, 2, 2, 3, 3, 5}));
    made.access_life_s = chance.pick({90, 300, 3'600});
    made.slowest_answer_ms = chance.pick({60, 60, 60, 2'000, 14'000});
    // Some twelve seconds of a host's own waiting, however long they take.
    made.pace = chance.pick({1, 4, 15, 60});
    made.duration_ms = 12'000LL * made.pace;
    made.acts.push_back(any_act(chance, 0, made.hosts));
    made.acts.front().kind = act_kind::connect;
    made.acts.front().confirm = false;
    const auto bursts = chance.between(2, 4);
    for (std::int64_t i = 0; i < bursts; ++i) {
        add_burst(made, chance, 2'000 + chance.below(made.duration_ms));
    }
    std::ranges::stable_sort(made.acts, {}, &act::at_ms);
    const auto mishaps = chance.between(0, 6);
    for (std::int64_t i = 0; i < mishaps; ++i) {
        made.mishaps.push_back(any_mishap(chance));
    }
    std::ranges::stable_sort(made.mishaps, {}, &mishap::point);
    return made;
}

auto make_plan_of_two(std::uint64_t seed) -> plan {
    dice chance(seed * 2 + 2);
    auto made = make_plan(seed);
    made.hosts = std::max(made.hosts, 2);
    made.slowest_answer_ms = 14'000;
    made.acts.front().rotating = false;
    act one = made.acts.front();
    one.kind = act_kind::refresh;
    constexpr int times = 4;
    for (int i = 0; i < times; ++i) {
        one.at_ms = 5'000 + chance.below(made.duration_ms);
        act other = one;
        other.host = (one.host + 1) % made.hosts;
        other.at_ms += 500 + chance.below(12'000);
        made.acts.push_back(one);
        made.acts.push_back(other);
    }
    std::ranges::stable_sort(made.acts, {}, &act::at_ms);
    // A commit whose answer was lost leaves a host that believes that what stands there is its own.
    for (int i = 0; i < times; ++i) {
        made.mishaps.push_back({10 + chance.below(50), mishap_kind::storage_keeps_silent, 0});
    }
    std::ranges::stable_sort(made.mishaps, {}, &mishap::point);
    return made;
}

auto describe(const plan& what) -> std::string {
    std::string text = "seed " + std::to_string(what.seed) + ": " + std::to_string(what.hosts) +
                       " hosts, tokens live " + std::to_string(what.access_life_s) +
                       " s, answers come within " + std::to_string(what.slowest_answer_ms) +
                       " ms, pace " + std::to_string(what.pace) + "\n";
    for (const auto& one : what.acts) {
        text += "  at " + std::to_string(one.at_ms) + " ms: user " + std::to_string(one.user) +
                ' ' + name_of(one.kind) + " account " + std::to_string(one.account) +
                (one.rotating ? " (rotating)" : " (plain)") + " at host " +
                std::to_string(one.host);
        text += one.kind == act_kind::connect ? ", back at " + std::to_string(one.other_host) : "";
        text +=
            std::string(one.twice ? ", twice" : "") + (one.confirm ? ", to confirm" : "") + "\n";
    }
    for (const auto& one : what.mishaps) {
        text += "  at point " + std::to_string(one.point) + ": " + name_of(one.kind) +
                (one.amount != 0 ? " " + std::to_string(one.amount) + " ms" : "") + "\n";
    }
    return text;
}

}  // namespace tenon::simulation
