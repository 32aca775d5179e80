// A plugin's shared object: judged before it is loaded, loaded from a sealed copy, watched as it
// goes.
#pragma once

#include "base/result.hpp"
#include "provider/descriptor.hpp"
#include "provider/plugin_image.hpp"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

struct tenon_provider;
struct tenon_plugin;

namespace tenon::host {

// One provider of a plugin's, with its descriptor as the plugin states it before any configuration.
struct plugin_provider {
    const tenon_provider* raw = nullptr;  // the plugin's; valid as long as the library
    descriptor about;
    // Of the headers that it was built with: whatever a later minor version adds to what a host
    // sends (kinds, values of enums, flags) is for plugins of that version only.
    std::uint32_t abi_minor = 0;
};

class plugin_library {
  public:
    // Of one plugin, those that are refused included.
    static constexpr std::size_t most_providers = 1024;

    // Loads those very bytes, with all symbols bound at once and none of them visible to others;
    // checks that the entry lies in what was just mapped, and what it answers. An image is loaded
    // once at most. Errors: invalid_request, whose message says what was expected, what was found
    // and what to do. One load at a time in the process; any thread.
    [[nodiscard]] static auto load(std::shared_ptr<plugin_image> image)
        -> result<std::shared_ptr<const plugin_library>>;
    // The same for a file. Errors: those of plugin_image::read, too.
    [[nodiscard]] static auto load(const std::filesystem::path& path)
        -> result<std::shared_ptr<const plugin_library>>;

    // Unloads. A library that stays mapped all the same is logged, and keeps its memfd: a reused
    // number would let the loader take the next plugin for this one.
    ~plugin_library();
    plugin_library(const plugin_library&) = delete;
    auto operator=(const plugin_library&) -> plugin_library& = delete;

    [[nodiscard]] auto path() const -> const std::filesystem::path&;
    // SHA-256 of the bytes that were loaded, in hex.
    [[nodiscard]] auto digest() const -> const std::string&;
    // Those that this host can serve.
    [[nodiscard]] auto providers() const -> const std::vector<plugin_provider>&;
    // One line for each that it can't, and why.
    [[nodiscard]] auto refused() const -> const std::vector<std::string>&;

  private:
    struct mapped;
    plugin_library();
    std::unique_ptr<mapped> mapped_;
};

// How many libraries stayed mapped after they were unloaded, in this process.
[[nodiscard]] auto pinned_libraries() noexcept -> std::size_t;

}  // namespace tenon::host
