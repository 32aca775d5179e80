// Plugins that were built with a sanitizer.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace tenon::host::conformance {

// Such a plugin needs its sanitizer's runtime to be the first library of the process. Where the
// plugin has one and this process has not, this process is started again with it; then this does
// not return. Where that can't be, it returns, and load-now tells.
void run_again_with_runtime(const std::filesystem::path& plugin, const char* const* argv);

// Was the plugin of these bytes built with a sanitizer?
[[nodiscard]] auto is_sanitized(std::string_view bytes) -> bool;

// The runtime that this process was started again with; empty: none.
[[nodiscard]] auto preloaded_runtime() -> std::string;

}  // namespace tenon::host::conformance
