#include "simulation.hpp"

namespace tenon::simulation {

// When it was broken may change as the history gets shorter.
auto rule_of(const std::string& violation) -> std::string {
    const auto rule = violation.substr(0, violation.find_first_of(":("));
    return rule.substr(0, rule.find_last_not_of(' ') + 1);
}

auto play(house& shared, const plan& what, planted_fault fault, listener told) -> verdict {
    world one(shared, what, fault, std::move(told));
    return one.play();
}

auto shrink(house& shared, finding whole, planted_fault fault) -> finding {
    auto left = whole;
    const auto still_breaks = [&](plan candidate) {
        auto violation = play(shared, candidate, fault).violation;
        if (rule_of(violation) != rule_of(whole.violation)) {
            return false;
        }
        left.shortest = std::move(candidate);
        left.violation = std::move(violation);
        return true;
    };
    if (!still_breaks(whole.shortest)) {
        return whole;
    }
    // From the back: what comes late is needed least.
    const auto thin_out = [&](auto part) {
        bool smaller = false;
        for (auto i = (left.shortest.*part).size(); i-- > 0;) {
            auto candidate = left.shortest;
            (candidate.*part).erase((candidate.*part).begin() + static_cast<std::ptrdiff_t>(i));
            smaller = still_breaks(std::move(candidate)) || smaller;
        }
        return smaller;
    };
    for (bool smaller = true; smaller;) {
        smaller = thin_out(&plan::mishaps);
        smaller = thin_out(&plan::acts) || smaller;
    }
    return left;
}

auto describe(const finding& found) -> std::string {
    return "broken, after " + std::to_string(found.histories) + " histories: " + found.violation +
           "\n" + describe(found.shortest);
}

auto plan_for(std::uint64_t seed, planted_fault fault) -> plan {
    return fault == planted_fault::short_lease ? make_plan_of_two(seed) : make_plan(seed);
}

auto search(house& shared, const course& through) -> std::optional<finding> {
    for (std::uint64_t i = 0; i < through.count; ++i) {
        const auto what = plan_for(through.first + i, through.fault);
        const auto ended = play(shared, what, through.fault);
        const bool counts = through.rule.empty() || rule_of(ended.violation) == through.rule;
        if (!ended.violation.empty() && counts) {
            finding found{what, ended.violation, i + 1};
            return through.shrinks ? shrink(shared, std::move(found), through.fault) : found;
        }
        if (through.told && !through.told(ended)) {
            break;
        }
    }
    return std::nullopt;
}

}  // namespace tenon::simulation
