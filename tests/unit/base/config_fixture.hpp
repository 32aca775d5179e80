// Loading a configuration from text.
#pragma once

#include "base/config.hpp"
#include "support/catch.hpp"
#include "support/result.hpp"
#include "support/temp_dir.hpp"

namespace tenon::test {

using host::environment_map;
using host::errc;
using host::load_settings;
using host::result;
using host::settings;

inline auto load(const std::string& yaml, const environment_map& variables = {})
    -> result<settings> {
    const temp_dir folder;
    return load_settings(folder.write("tenon.yaml", yaml), variables);
}

inline auto loaded(const std::string& yaml, const environment_map& variables = {}) -> settings {
    auto read = load(yaml, variables);
    if (read.has_error()) {
        FAIL(read.error().message);
    }
    return std::move(*read);
}

// The message of the one problem with this key; empty if there is none, or there are others.
inline auto problem(
    const std::string& yaml, const std::string& key, const environment_map& variables = {}
) -> std::string {
    const auto read = load(yaml, variables);
    if (!read.has_error() || read.error().details.size() != 1 ||
        read.error().details[0].field != key) {
        return read.has_error() ? "not this one alone: " + read.error().message : "";
    }
    return read.error().details[0].message;
}

inline auto value_of(const settings& values, const std::string& key) -> std::string {
    for (const auto& [name, text] : describe_settings(values)) {
        if (name == key) {
            return text;
        }
    }
    return "no such key";
}

}  // namespace tenon::test
