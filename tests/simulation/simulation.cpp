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

auto shrink(house& shared, plan broken, planted_fault fault) -> plan {
    const auto rule = rule_of(play(shared, broken, fault).violation);
    const auto still_breaks = [&](const plan& candidate) {
        return rule_of(play(shared, candidate, fault).violation) == rule;
    };
    // From the back: what comes late is needed least.
    const auto thin_out = [&](auto part) {
        bool smaller = false;
        for (auto i = (broken.*part).size(); i-- > 0;) {
            auto candidate = broken;
            (candidate.*part).erase((candidate.*part).begin() + static_cast<std::ptrdiff_t>(i));
            if (still_breaks(candidate)) {
                broken = std::move(candidate);
                smaller = true;
            }
        }
        return smaller;
    };
    for (bool smaller = true; smaller;) {
        smaller = thin_out(&plan::mishaps);
        smaller = thin_out(&plan::acts) || smaller;
    }
    return broken;
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
            finding found;
            found.shortest = through.shrinks ? shrink(shared, what, through.fault) : what;
            found.violation = through.shrinks
                                  ? play(shared, found.shortest, through.fault).violation
                                  : ended.violation;
            found.histories = i + 1;
            return found;
        }
        if (through.told && !through.told(ended)) {
            break;
        }
    }
    return std::nullopt;
}

}  // namespace tenon::simulation
