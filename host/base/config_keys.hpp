// Every key of the configuration but the providers', as a table. For base's own sources and tests.
#pragma once

#include "base/config.hpp"
#include "base/config_problems.hpp"
#include "base/config_tree.hpp"

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <variant>

namespace tenon::host {

using config_target = std::variant<
    std::string*, secret*, bool*, std::size_t*, milliseconds*, listen_address*, log_level*,
    log_format*, plugin_requirement*, std::vector<std::string>*, std::vector<secret>*>;

struct config_key {
    const char* name;  // `limits.body_bytes`
    auto (*target)(settings&) -> config_target;
    std::array<const char*, 3> known_names{};  // variables that people know beside TENON_…
    std::size_t least = 0;                     // of numbers; of durations in milliseconds
    std::size_t most = 1'000'000'000;
};

[[nodiscard]] auto config_keys() -> std::span<const config_key>;

// `TENON_LIMITS_BODY_BYTES`.
[[nodiscard]] auto variable_of(std::string_view key) -> std::string;

// Sets the key from a node of the file; absent nodes change nothing.
void set_key(
    const config_key& key, settings& values, const config_node& node, config_problems& problems
);
// Sets the key from one text, lists separated by commas.
void set_key_from_text(
    const config_key& key, settings& values, const std::string& where, const std::string& text,
    config_problems& problems
);
// The value as the file would have it; of secrets only whether they are set.
[[nodiscard]] auto key_to_text(const config_key& key, const settings& values) -> std::string;

}  // namespace tenon::host
