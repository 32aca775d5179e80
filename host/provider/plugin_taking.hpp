// How one file of a folder is taken: judged, opened where it is to run, and its claims looked at.
// For this room's own use.
#pragma once

#include "provider/generation_trial.hpp"
#include "provider/plugin_source.hpp"
#include "provider/plugin_trust.hpp"
#include "provider/registry.hpp"

#include <filesystem>
#include <memory>
#include <vector>

namespace tenon::host {

// What one reading of a file brought.
struct plugin_generation {
    std::shared_ptr<plugin_source> source;
    std::shared_ptr<const plugin_approval> approved;  // null: it needs none
    std::shared_ptr<generation_trial> trial;          // null: it is proven, or the first
};

// How the plugins of one folder are taken.
struct folder_policy {
    const plugin_folder& folder;
    isolation usual;  // where they run, unless their sections say otherwise
};

// Where a file of that name runs as a rule. A stranger's is loaded into this process for no name
// that it bears: only for a section that turns out to be its own.
[[nodiscard]] auto usual_place(
    const std::filesystem::path& path, isolation usual,
    const std::vector<provider_settings>& sections
) -> isolation;

// What each of its providers claims before any configuration must be approved, or it is not taken
// at all: a plugin whose one provider reaches too far is not to be had in part.
[[nodiscard]] auto check_claims(const plugin_source& source, const plugin_approval& approved)
    -> result<void>;

// Takes those bytes if the folder's policy admits them; a worker for them is not waited for. Error:
// invalid_request.
[[nodiscard]] auto open_trusted(
    std::shared_ptr<plugin_image> image, const folder_policy& how, isolation where,
    const worker_setup& workers
) -> result<plugin_generation>;

// Waits for it, and looks whether what it claims was approved. Error: invalid_request.
[[nodiscard]] auto settled(result<plugin_generation> next) -> result<plugin_generation>;

}  // namespace tenon::host
