#include "provider/registry_loader.hpp"

#include "provider/descriptor_check.hpp"

#include <algorithm>

namespace tenon::host {
namespace {

auto upper(std::string_view text) -> std::string {
    std::string out(text);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c == '-' ? '_' : c;
    });
    return out;
}

auto refused_entry(
    const provider_settings& section, std::string message, std::vector<field_problem> problems = {}
) -> provider_entry {
    provider_entry out;
    out.name = section.name;
    out.state = provider_state::misconfigured;
    out.message = std::move(message);
    out.problems = std::move(problems);
    return out;
}

void index_one(const plugin_generation& from, loaded_plugins& into) {
    const auto& path = from.source->path();
    ++into.count;
    for (const auto& line : from.source->refused()) {
        into.problems.push_back({path, line});
    }
    for (auto& seat : from.source->seats()) {
        const auto& id = seat.provider().about.id;
        const auto [at, added] = into.by_id.try_emplace(
            id, provider_draft{from.source, seat, {}, from.approved, from.trial}
        );
        if (!added) {
            into.problems.push_back(
                {path, "the provider id '" + id + "' is already taken by " +
                           at->second.source->path().string() + ": remove one of the two"}
            );
        }
    }
}

auto known_ids(const plugin_index& plugins) -> std::string {
    std::string out;
    for (const auto& [id, draft] : plugins) {
        out += (out.empty() ? "" : ", ") + id;
    }
    return out.empty() ? "no plugin is loaded" : "known are: " + out;
}

// What the plugin asks its operator for, and can't do without.
auto needed_fields(const std::string& id, const descriptor& about) -> std::string {
    std::string out;
    for (const auto& field : about.config_fields) {
        if (field.required) {
            out += (out.empty() ? "providers." : ", providers.") + id + '.' + field.name;
        }
    }
    return out;
}

// How the operator switches it on.
auto how_to_configure(const std::string& id, const descriptor& about) -> std::string {
    const auto needed = needed_fields(id, about);
    if (!about.needs_client() && needed.empty()) {
        return "not enabled: its users bring their own credentials, so that `providers: {" + id +
               ": {}}`, or ENABLE_" + upper(id) + "_INTEGRATION=true, is all that it needs";
    }
    if (!about.needs_client()) {
        return "not enabled: set " + needed;
    }
    return "not configured: set providers." + id + ".client_id and client_secret, or " + upper(id) +
           "_CLIENT_ID and " + upper(id) + "_CLIENT_SECRET" +
           (needed.empty() ? "" : "; and " + needed);
}

// Nothing: it is nobody's without a configuration, as the plugin for any provider is.
auto about_unconfigured(const provider_draft& draft, time_point now) -> std::optional<descriptor> {
    auto described = describe_provider(draft, {}, now);
    if (described.has_value()) {
        return std::move(described->about);
    }
    auto own = draft.plugin_about();
    return needed_fields(own.id, own).empty() ? std::nullopt : std::optional(std::move(own));
}

// A plugin that nobody configured: shown as such, unless it makes sense only with a configuration.
void list_unconfigured(
    const std::string& id, const provider_draft& plugin, time_point now, joined_providers& into
) {
    auto draft = plugin;
    draft.settings.name = id;
    auto about = about_unconfigured(draft, now);
    if (!about) {
        return;
    }
    provider_entry entry;
    entry.name = id;
    entry.state = provider_state::not_configured;
    entry.message = how_to_configure(id, *about);
    entry.about = std::move(*about);
    entry.plugin_path = draft.source->path().string();
    into.entries.emplace(id, std::move(entry));
}

void join_one(
    const plugin_index& plugins, const provider_settings& section, joined_providers& into
) {
    const auto& wanted = section.plugin.empty() ? section.name : section.plugin;
    const auto found = plugins.find(wanted);
    if (!is_provider_id(section.name)) {
        into.entries.insert_or_assign(
            section.name,
            refused_entry(section, "a provider's name must match [a-z0-9][a-z0-9_-]{0,63}")
        );
    } else if (found == plugins.end()) {
        into.entries.insert_or_assign(
            section.name, refused_entry(
                              section,
                              "no plugin serves '" + wanted + "'; " + known_ids(plugins) +
                                  ". A plain OAuth2 provider needs `plugin: oauth2`",
                              {{"plugin", "no plugin serves '" + wanted + "'"}}
                          )
        );
    } else {
        auto draft = std::make_shared<provider_draft>(found->second);
        draft->settings = section;
        if (const auto seated = take_seat(*draft); seated.has_error()) {
            into.entries.insert_or_assign(
                section.name, refused_entry(section, seated.error().message)
            );
            return;
        }
        into.drafts.emplace(section.name, std::move(draft));
    }
}

}  // namespace

auto take_seat(provider_draft& draft) -> result<void> {
    const auto where = draft.settings.run_in.value_or(draft.source->usual());
    if (where == draft.source->usual()) {
        return {};
    }
    auto seat = draft.source->seat(draft.plugin_about().id, where);
    if (seat.has_error()) {
        return seat.error();
    }
    draft.seat = std::move(*seat);
    return {};
}

auto index_plugins(const std::vector<plugin_generation>& generations) -> loaded_plugins {
    loaded_plugins out;
    for (const auto& one : generations) {
        index_one(one, out);
    }
    return out;
}

auto join(
    const plugin_index& plugins, const std::vector<provider_settings>& sections, time_point now
) -> joined_providers {
    joined_providers out;
    for (const auto& section : sections) {
        if (out.drafts.contains(section.name) || out.entries.contains(section.name)) {
            out.drafts.erase(section.name);
            out.entries.insert_or_assign(
                section.name, refused_entry(section, "the name is given to two providers")
            );
            continue;
        }
        join_one(plugins, section, out);
    }
    for (const auto& [id, plugin] : plugins) {
        if (!out.drafts.contains(id) && !out.entries.contains(id)) {
            list_unconfigured(id, plugin, now, out);
        }
    }
    return out;
}

auto make_entry(const provider_draft& draft, const discovered_metadata& metadata, time_point now)
    -> provider_entry {
    provider_entry out = refused_entry(draft.settings, {});
    out.plugin_path = draft.source->path().string();
    const auto fail_with = [&](const error& problem) {
        out.message = problem.message;
        out.problems = problem.details;
        return out;
    };
    auto described = describe_provider(draft, metadata, now);
    if (described.has_error()) {
        out.about = draft.plugin_about();
        out.about->id = draft.settings.name;
        return fail_with(described.error());
    }
    out.about = described->about;
    if (const auto checked = check_approval(draft, *described); checked.has_error()) {
        return fail_with(checked.error());
    }
    if (!draft.settings.enabled) {
        out.state = provider_state::disabled;
        out.message = "switched off by the configuration (enabled: false)";
        return out;
    }
    if (const auto checked = check_client(draft.settings, described->about); checked.has_error()) {
        return fail_with(checked.error());
    }
    auto instance = make_instance(draft, std::move(*described));
    if (instance.has_error()) {
        return fail_with(instance.error());
    }
    if (out.about->discovery && metadata.json.empty()) {
        out.state = provider_state::undiscovered;
        out.message =
            "the metadata of the issuer " + out.about->issuer + " has not been fetched yet";
        return out;
    }
    out.state = provider_state::enabled;
    out.instance = std::move(*instance);
    return out;
}

}  // namespace tenon::host
