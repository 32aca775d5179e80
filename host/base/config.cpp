#include "base/config.hpp"

#include "base/config_checks.hpp"
#include "base/config_keys.hpp"
#include "base/config_sections.hpp"
#include "base/config_tree.hpp"
#include "base/config_values.hpp"
#include "base/loopback.hpp"
#include "base/nearest.hpp"

#include <unistd.h>

#include <algorithm>

namespace tenon::host {
namespace {

auto find_key(std::string_view name) -> const config_key* {
    const auto keys = config_keys();
    const auto found = std::ranges::find(keys, name, [](const config_key& key) {
        return std::string_view(key.name);
    });
    return found == keys.end() ? nullptr : &*found;
}

// `limits` of `limits.body_bytes`.
auto is_group(const std::string& name) -> bool {
    return std::ranges::any_of(config_keys(), [&](const config_key& key) {
        return std::string_view(key.name).starts_with(name + ".");
    });
}

// The keys that could stand beside this one: those of the same group, or all outermost ones.
auto siblings_of(const std::string& path) -> std::vector<std::string> {
    const auto dot = path.rfind('.');
    const auto group = dot == std::string::npos ? "" : path.substr(0, dot + 1);
    std::vector<std::string> names;
    if (group.empty()) {
        names.emplace_back("providers");
    }
    for (const auto& key : config_keys()) {
        const std::string name = key.name;
        if (name.starts_with(group)) {
            const auto rest = name.substr(group.size());
            names.push_back(group + rest.substr(0, rest.find('.')));
        }
    }
    return names;
}

void refuse_unknown(const std::string& path, const config_node& node, config_problems& problems) {
    auto near = nearest_match(path, siblings_of(path));
    if (near.empty()) {  // perhaps it is right, in the wrong group
        for (const auto& key : config_keys()) {
            const std::string name = key.name;
            if (name.ends_with("." + path.substr(path.rfind('.') + 1))) {
                near = name;
            }
        }
    }
    problems.add(
        node.where, path,
        "unknown key `" + path + "`" + (near.empty() ? "" : ": did you mean `" + near + "`?")
    );
}

void read_members(
    const config_node& node, const std::string& prefix, settings& values, config_problems& problems
) {
    for (const auto& [name, value] : node.members) {
        const auto path = prefix + name;
        if (const auto* const key = find_key(path)) {
            set_key(*key, values, value, problems);
        } else if (prefix.empty() && name == "providers") {
            continue;
        } else if (!is_group(path)) {
            refuse_unknown(path, value, problems);
        } else if (value.is == config_node::shape::map) {
            read_members(value, path + ".", values, problems);
        } else if (value.is != config_node::shape::absent) {
            problems.add(value.where, path, "`" + path + "` must be a map of `key: value` lines");
        }
    }
}

auto is_set(const config_key& key, const settings& values) -> bool {
    return !key_to_text(key, values).empty();
}

// The first of the names that people know, where the file says nothing.
void read_known_names(
    const config_key& key, const environment_map& variables, settings& values,
    config_problems& problems
) {
    const std::string* chosen = nullptr;
    std::string chosen_name;
    for (const char* const name : key.known_names) {
        const auto found = name == nullptr ? variables.end() : variables.find(name);
        if (found == variables.end() || found->second.empty()) {
            continue;
        }
        if (chosen != nullptr && *chosen != found->second) {
            problems.add(
                name, key.name, "differs from " + chosen_name + ", and both mean `" + key.name + "`"
            );
        } else if (chosen == nullptr) {
            chosen = &found->second;
            chosen_name = name;
        }
    }
    if (chosen != nullptr && !is_set(key, values)) {
        set_key_from_text(key, values, chosen_name, *chosen, problems);
    }
}

void read_variables(const environment_map& variables, settings& values, config_problems& problems) {
    for (const auto& key : config_keys()) {
        const auto name = variable_of(key.name);
        const auto found = variables.find(name);
        if (found != variables.end() && !found->second.empty()) {
            set_key_from_text(key, values, name, found->second, problems);
        } else {
            read_known_names(key, variables, values, problems);
        }
    }
}

void complete(settings& values) {
    while (values.public_url.ends_with('/')) {
        values.public_url.pop_back();
    }
    if (values.database.empty()) {
        values.database =
            secret("sqlite:" + (std::filesystem::path(values.data_dir) / "tenon.db").string());
    }
}

}  // namespace

auto process_environment() -> environment_map {
    environment_map variables;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        const auto equals = text.find('=');
        if (equals != std::string_view::npos) {
            variables.emplace(text.substr(0, equals), text.substr(equals + 1));
        }
    }
    return variables;
}

auto load_settings(const std::filesystem::path& path, const environment_map& variables)
    -> result<settings> {
    auto read = examine_settings(path, variables);
    if (read.has_error() || read->refused) {
        return read.has_error() ? read.error() : *read->refused;
    }
    return std::move(read->values);
}

auto examine_settings(const std::filesystem::path& path, const environment_map& variables)
    -> result<examined_settings> {
    config_problems problems;
    config_node root;
    if (!path.empty()) {
        auto read = read_config_tree(path, variables, problems);
        if (read.has_error()) {
            return read.error();
        }
        root = std::move(*read);
    }
    examined_settings examined;
    auto& values = examined.values;
    read_members(root, "", values, problems);
    read_variables(variables, values, problems);
    const auto section = std::ranges::find(root.members, "providers", &config_member::name);
    const auto providers = section == root.members.end() ? config_node{} : section->value;
    for (const auto& [name, one] : providers.members) {
        problems.note("providers." + name, one.where);
    }
    values.providers = read_provider_sections(providers, variables, problems);
    values.candidates = read_candidates(values.providers, variables, problems);
    complete(values);
    check_settings(values, problems);
    if (!problems.empty()) {
        examined.refused = problems.to_error();
    }
    values.places = problems.places();
    return examined;
}

auto describe_settings(const settings& values) -> std::vector<std::pair<std::string, std::string>> {
    std::vector<std::pair<std::string, std::string>> lines;
    for (const auto& key : config_keys()) {
        lines.emplace_back(key.name, key_to_text(key, values));
    }
    return lines;
}

auto place_of(const settings& values, const std::string& key) -> std::string {
    return place_in(values.places, key);
}

auto public_url_for(const settings& values, std::uint16_t port) -> std::string {
    if (!values.public_url.empty()) {
        return values.public_url;
    }
    const auto address = listen_text({values.listen.host, port});
    return (values.tls_certificate.empty() ? "http://" : "https://") + address;
}

}  // namespace tenon::host
