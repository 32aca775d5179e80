// Joins plugins with the configuration. For this room's own use.
#pragma once

#include "provider/describe.hpp"
#include "provider/plugin_shelf.hpp"
#include "provider/registry.hpp"

#include <map>
#include <memory>
#include <string>

namespace tenon::host {

// A plugin's provider, by its id.
using plugin_index = std::map<std::string, provider_draft, std::less<>>;

struct loaded_plugins {
    plugin_index by_id;
    std::vector<plugin_problem> problems;
    std::size_t count = 0;
};

// An id that is taken already is a problem of the later file.
[[nodiscard]] auto index_plugins(const std::vector<plugin_generation>& generations)
    -> loaded_plugins;

// Moves a draft to where its section says that it runs. Error: invalid_request.
[[nodiscard]] auto take_seat(provider_draft& draft) -> result<void>;

// Drafts for the configured sections; entries for those that can't have one, and for plugins
// without a section.
struct joined_providers {
    std::map<std::string, std::shared_ptr<const provider_draft>> drafts;
    std::map<std::string, provider_entry, std::less<>> entries;
};
[[nodiscard]] auto join(
    const plugin_index& plugins, const std::vector<provider_settings>& sections, time_point now
) -> joined_providers;

// The entry of a draft, as far as it gets with this metadata. Blocks as describe_provider does.
[[nodiscard]] auto make_entry(
    const provider_draft& draft, const discovered_metadata& metadata, time_point now
) -> provider_entry;

}  // namespace tenon::host
