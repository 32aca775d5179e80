// `providers:` of the configuration. For base's own sources.
#pragma once

#include "base/config.hpp"
#include "base/config_problems.hpp"
#include "base/config_tree.hpp"

namespace tenon::host {

// The sections of the file (an absent node: none), completed and added to from the variables that
// people know.
[[nodiscard]] auto read_provider_sections(
    const config_node& node, const environment_map& variables, config_problems& problems
) -> std::vector<provider_section>;

// settings::candidates: those of the variables that are not among `sections`.
[[nodiscard]] auto read_candidates(
    const std::vector<provider_section>& sections, const environment_map& variables,
    config_problems& problems
) -> std::vector<provider_section>;

}  // namespace tenon::host
