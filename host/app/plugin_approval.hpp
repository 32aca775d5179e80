// `tenon plugin install` and `remove`: what a stranger's plugin may reach, shown to the operator,
// approved and pinned.
#pragma once

#include "base/config.hpp"
#include "base/result.hpp"

#include <string>

namespace tenon::host {

struct install_request {
    std::string file;
    std::string folder;             // empty: the one of plugin_dirs
    bool approved_already = false;  // --yes
};

// Shows what the file's providers would reach and be given, asks, copies it into the folder, and
// pins its digest with what was approved. Errors: invalid_request: it can't be loaded, is not
// signed where signatures are required, nobody can be asked, or the answer was no.
[[nodiscard]] auto install_plugin(const settings& values, const install_request& wanted)
    -> result<void>;

// Takes the file, its signature and its approval out of the folder. Errors: not_found, internal.
[[nodiscard]] auto remove_plugin(
    const settings& values, const std::string& name, const std::string& folder
) -> result<void>;

// The folder that a verb is about: the one that is named, or the only one of plugin_dirs. Error:
// invalid_request.
[[nodiscard]] auto folder_of_plugins(const settings& values, const std::string& named)
    -> result<std::string>;

}  // namespace tenon::host
