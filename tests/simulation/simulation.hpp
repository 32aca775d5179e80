// Histories by seed: run, and cut down where they broke a rule.
#pragma once

#include "house.hpp"
#include "planted.hpp"
#include "world.hpp"

#include <functional>
#include <optional>
#include <string>

namespace tenon::simulation {

struct finding {
    plan shortest;                // what is left of the history that still breaks the rule
    std::string violation;        // of the shortest
    std::uint64_t histories = 0;  // how many were run until it was found
};

// One history. `told` is given what happens, line by line.
using listener = std::function<void(const std::string& line)>;
[[nodiscard]] auto play(
    house& shared, const plan& what, planted_fault fault, listener told = nullptr
) -> verdict;

// Its rule, without what is told of this breach.
[[nodiscard]] auto rule_of(const std::string& violation) -> std::string;

// Takes away what it does without: whatever is left is needed to break the same rule. What does not
// break it again (it took what earlier histories left) stays whole, and its violation what it was.
[[nodiscard]] auto shrink(house& shared, finding whole, planted_fault fault) -> finding;

// For people: what was broken, and by which history.
[[nodiscard]] auto describe(const finding& found) -> std::string;

// The history of that seed, such that the fault may show in it.
[[nodiscard]] auto plan_for(std::uint64_t seed, planted_fault fault) -> plan;

// Seeds from `first` on, `count` of them, until one breaks a rule; nothing: none did. `told` after
// each that does not.
struct course {
    std::uint64_t first = 1;
    std::uint64_t count = 1;
    planted_fault fault = planted_fault::none;
    std::string_view rule = {};                     // the one that is looked for; empty: any
    bool shrinks = true;                            // what is found
    std::function<bool(const verdict&)> told = {};  // false: enough
};
[[nodiscard]] auto search(house& shared, const course& through) -> std::optional<finding>;

}  // namespace tenon::simulation
