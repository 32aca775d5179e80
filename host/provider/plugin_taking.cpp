#include "provider/plugin_taking.hpp"

#include <algorithm>
#include <optional>

namespace tenon::host {
namespace {

// What all sections for the plugin of that file's name agree on. A plugin is called like its
// provider as a rule: one that is to run in workers only is not loaded here to learn its name.
auto agreed(const std::string& stem, const std::vector<provider_settings>& sections)
    -> std::optional<isolation> {
    std::optional<isolation> out;
    bool first = true;
    for (const auto& section : sections) {
        if ((section.plugin.empty() ? section.name : section.plugin) != stem) {
            continue;
        }
        if (!first && out != section.run_in) {
            return std::nullopt;
        }
        out = section.run_in;
        first = false;
    }
    return out;
}

}  // namespace

auto usual_place(
    const std::filesystem::path& path, isolation usual,
    const std::vector<provider_settings>& sections
) -> isolation {
    const auto said = agreed(path.stem().string(), sections);
    return said && *said != isolation::process ? *said : usual;
}

auto check_claims(const plugin_source& source, const plugin_approval& approved) -> result<void> {
    std::string beyond;
    for (const auto& seat : source.seats()) {
        const auto& provider = seat.provider();
        const auto found = approved.find(provider.about.id);
        const auto* const given = found == approved.end() ? nullptr : &found->second;
        for (const auto& problem : beyond_approval(provider.about, given, {})) {
            beyond += (beyond.empty() ? "" : "; ") + provider.about.id + ": " + problem.message;
        }
    }
    if (beyond.empty()) {
        return {};
    }
    const auto name = source.path().filename().string();
    return fail(
        errc::invalid_request, name + ": it reaches further than was approved: " + beyond +
                                   ". If that is right, approve it: `tenon plugin install " + name +
                                   "`"
    );
}

auto open_trusted(
    std::shared_ptr<plugin_image> image, const folder_policy& how, isolation where,
    const worker_setup& workers
) -> result<plugin_generation> {
    auto trusted = how.folder.admit(std::move(image));
    if (trusted.has_error()) {
        return trusted.error();
    }
    auto source = plugin_source::open(std::move(trusted->image), where, workers);
    if (source.has_error()) {
        return source.error();
    }
    return plugin_generation{std::move(*source), std::move(trusted->approved), nullptr};
}

auto settled(result<plugin_generation> next) -> result<plugin_generation> {
    if (next.has_error()) {
        return next;
    }
    if (auto there = next->source->settle(); there.has_error()) {
        return there.error();
    }
    if (next->approved != nullptr) {
        if (const auto fits = check_claims(*next->source, *next->approved); fits.has_error()) {
            return fits.error();
        }
    }
    return next;
}

}  // namespace tenon::host
