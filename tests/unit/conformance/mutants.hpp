// Plugins that are broken in one way each.
#pragma once

#include "conformance/suite.hpp"

#include <set>
#include <string>
#include <vector>

namespace tenon::test {

struct mutant {
    std::string check;            // the one that must find it
    std::string mutation;         // as the plugin's source names it; empty: named after the check
    std::string file = "mutant";  // which of the builds
};
[[nodiscard]] auto all_mutants() -> const std::vector<mutant>&;

// A file of its own, patched.
[[nodiscard]] auto make_mutant(const mutant& one) -> std::filesystem::path;

// The recorded exchanges that belong to all of them.
[[nodiscard]] auto mutant_cassettes() -> std::filesystem::path;

// A quick run over it, with these checks alone where any are named.
[[nodiscard]] auto examine(
    const std::filesystem::path& plugin, std::vector<std::string> only = {},
    const std::filesystem::path& cassettes = mutant_cassettes()
) -> host::conformance::report;

// The checks that failed, with a warning or worse, and what they said.
[[nodiscard]] auto complaints(const host::conformance::report& from) -> std::set<std::string>;
[[nodiscard]] auto details(const host::conformance::report& from) -> std::string;

}  // namespace tenon::test
