// What the tests of the simulation have in common.
#pragma once

#include "simulation.hpp"

#include <string>
#include <vector>

namespace tenon::simulation {

inline auto shared() -> house& {
    static house one;
    return one;
}

// All that is told of a history.
inline auto tale_of(const plan& what) -> std::vector<std::string> {
    std::vector<std::string> lines;
    const auto ended = play(shared(), what, planted_fault::none, [&](const std::string& line) {
        lines.push_back(line);
    });
    lines.push_back(ended.violation);
    return lines;
}

}  // namespace tenon::simulation
