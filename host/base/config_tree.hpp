// The configuration file as a tree, variables filled in. For base's own sources.
#pragma once

#include "base/config.hpp"
#include "base/config_problems.hpp"

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::host {

struct config_member;

struct config_node {
    enum class shape { absent, scalar, list, map };
    shape is = shape::absent;
    std::string where;    // `tenon.yaml:12`
    std::string text;     // of a scalar
    bool quoted = false;  // a scalar that is text whatever it looks like
    std::vector<config_node> items;
    std::vector<config_member> members;  // as written; names are unique
};

struct config_member {
    std::string name;
    config_node value;
};

// Reads one YAML document. Absent values (`key:`, or only an unset variable) stay as nodes of that
// shape. Errors: not_found, invalid_request (not readable, not YAML: with line and column). What is
// wrong within goes to `problems`.
[[nodiscard]] auto read_config_tree(
    const std::filesystem::path& path, const environment_map& variables, config_problems& problems
) -> result<config_node>;

// The text with its variables filled in; nothing if it was only a variable that is unset or empty.
// Throws std::invalid_argument, with a readable reason, for an unset variable within a longer text
// and for a `${` without an end.
[[nodiscard]] auto fill_in(std::string_view text, const environment_map& variables)
    -> std::optional<std::string>;

// The node as JSON: plain scalars become numbers, booleans or null where YAML's core schema says
// so.
[[nodiscard]] auto to_json_text(const config_node& node) -> std::string;

}  // namespace tenon::host
