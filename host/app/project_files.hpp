// What a new plugin's project is made of: plugin-api/examples, built in.
#pragma once

#include <span>
#include <string_view>

namespace tenon::host {

struct project_file {
    std::string_view language;  // `cpp` or `c`
    std::string_view path;      // in the project
    std::string_view text;      // of the provider `acme`
};

[[nodiscard]] auto project_files() -> std::span<const project_file>;

}  // namespace tenon::host
