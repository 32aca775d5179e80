// From the configuration's providers to the registry's.
#include "app/parts.hpp"
#include "base/log.hpp"
#include "base/loopback.hpp"
#include "crypto/signing.hpp"

#include <algorithm>
#include <filesystem>
#include <functional>
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
    to.run_in = section.run_in;
    for (const auto& [name, value] : section.config) {
        to.config.emplace(name, config_value{value.text, value.is_json});
    }
    return to;
}

// SPOTIFY_CLIENT_ID and SPOTIFY_CLIENT_SECRET make a section, where the catalogue knows `spotify`.
auto sections_of(const settings& values, const catalogue& known) -> std::vector<provider_section> {
    auto sections = values.providers;
    if (values.candidates.empty()) {
        return sections;
    }
    for (const auto& name : known.names()) {
        auto spelled = name;
        const auto is_spelled = [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        };
        std::ranges::replace_if(spelled, std::not_fn(is_spelled), '_');
        const auto found = std::ranges::find(values.candidates, spelled, &provider_section::name);
        if (found != values.candidates.end()) {
            sections.push_back(*found);
            sections.back().name = name;
        }
    }
    return sections;
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

auto problems_of(const registry_snapshot& providers, const settings& values)
    -> std::vector<field_problem> {
    std::vector<field_problem> lines;
    for (const auto& problem : providers.problems) {
        lines.push_back({{}, problem.path.string() + ": " + problem.message});
    }
    const auto add = [&](const std::string& name, const std::string& field,
                         const std::string& message) {
        const auto key = "providers." + name + (field.empty() ? "" : "." + field);
        const auto place = place_of(values, key);
        lines.push_back({key, (place.empty() ? "" : place + ": ") + key + ": " + message});
    };
    for (const auto& [name, entry] : providers.providers) {
        if (entry.state != provider_state::misconfigured) {
            continue;
        }
        if (entry.problems.empty()) {
            add(name, {}, entry.message);
        }
        for (const auto& problem : entry.problems) {
            add(name, problem.field, problem.message);
        }
    }
    return lines;
}

void tell_problems(const registry_snapshot& providers, const settings& values) {
    for (const auto& [key, line] : problems_of(providers, values)) {
        log(log_level::error, "plugin or provider refused", {{log_key::detail, line}});
    }
}

auto registry_options_of(const settings& values, const catalogue& known)
    -> result<registry_options> {
    registry_options options;
    options.bundled_dir = prefix() / "lib" / "tenon" / "plugins";
    options.trust = values.plugins;
    for (const auto& key : values.plugins.public_keys) {
        if (!is_public_key(key)) {
            return fail(
                errc::invalid_request,
                "plugins.public_keys: `" + key +
                    "` is no public key: expected the base64 text of 32 bytes that `tenon plugin "
                    "keygen` prints"
            );
        }
    }
    for (const auto& dir : values.plugin_dirs) {
        options.plugin_dirs.emplace_back(dir);
    }
    for (const auto& section : sections_of(values, known)) {
        if (!section.redirect_uri.empty() && !is_https_or_loopback(section.redirect_uri)) {
            return fail(
                errc::invalid_request,
                "providers." + section.name +
                    ".redirect_uri: must be an https URL (plain http is for loopback only)"
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
