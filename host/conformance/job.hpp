// What a run is about.
#pragma once

#include "provider/cassette.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace tenon::host::conformance {

struct options {
    std::filesystem::path plugin;
    std::vector<std::string> only;                   // ids or groups; empty: all
    std::optional<std::filesystem::path> cassettes;  // empty: `NAME.cassettes` beside the plugin
    std::optional<std::filesystem::path> expected;   // the file of expected failures
    std::map<std::string, config_value> config;      // for every provider of the plugin
    std::string discovery;                           // the issuer's metadata, JSON; or empty
    std::optional<std::uint64_t> seed;               // empty: from the plugin's bytes
    bool one_case = false;                           // only the case of that seed
    bool quick = false;                              // fewer cases, rounds and reloads
    unsigned jobs = 2;                               // checks at once
    std::chrono::seconds deadline{60};               // of one check
};

// What every check is given. Made before the first one runs; nothing of the plugin is loaded by
// then.
struct job {
    options chosen;
    std::string bytes;  // of the plugin's file
    std::vector<cassette> cassettes;
    std::uint64_t seed = 0;

    // How many rounds of something: all of them, or a tenth.
    [[nodiscard]] auto rounds(std::size_t all) const -> std::size_t {
        return chosen.quick ? (all + 9) / 10 : all;
    }
};

}  // namespace tenon::host::conformance
