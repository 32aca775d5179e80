// From the configuration's providers to the registry's.
#include "app/parts.hpp"

#include <filesystem>
#include <system_error>

namespace tenon::host {
namespace {

namespace fs = std::filesystem;

// PREFIX, for a binary in PREFIX/bin.
auto prefix() -> fs::path {
    std::error_code problem;
    const auto binary = fs::read_symlink("/proc/self/exe", problem);
    return problem ? fs::path() : binary.parent_path().parent_path();
}

auto to_provider(const provider_section& section) -> provider_settings {
    provider_settings to;
    to.name = section.name;
    to.plugin = section.plugin;
    to.enabled = section.enabled;
    to.client_id = section.client_id;
    to.client_secrets = section.client_secrets;
    to.redirect_uri = section.redirect_uri;
    to.scopes = section.scopes;
    to.origins = section.origins;
    for (const auto& [name, value] : section.config) {
        to.config.emplace(name, config_value{value.text, value.is_json});
    }
    return to;
}

}  // namespace

auto catalogue_of(const settings& values) -> result<catalogue> {
    if (!values.catalogue.empty()) {
        return load_catalogue(values.catalogue);
    }
    const auto bundled = prefix() / "share" / "tenon" / "catalogue.yaml";
    std::error_code problem;
    return fs::exists(bundled, problem) ? load_catalogue(bundled) : read_catalogue("");
}

auto registry_options_of(const settings& values, const catalogue& known)
    -> result<registry_options> {
    registry_options options;
    options.plugin_dirs.push_back(prefix() / "lib" / "tenon" / "plugins");
    for (const auto& dir : values.plugin_dirs) {
        options.plugin_dirs.emplace_back(dir);
    }
    for (const auto& section : values.providers) {
        if (section.run_in == isolation::worker) {
            return fail(
                errc::invalid_request,
                "providers." + section.name +
                    ".isolation: this version runs plugins in the host only; "
                    "remove the key, or do not load the plugin"
            );
        }
        auto complete = complete_from(known, section);
        if (complete.has_error()) {
            return complete.error();
        }
        options.providers.push_back(to_provider(*complete));
    }
    return options;
}

}  // namespace tenon::host
