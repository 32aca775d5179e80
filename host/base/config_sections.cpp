#include "base/config_sections.hpp"

#include "base/bundled.hpp"
#include "base/config_keys.hpp"
#include "base/config_values.hpp"
#include "base/text.hpp"

#include <algorithm>
#include <map>

namespace tenon::host {
namespace {

using shape = config_node::shape;

auto is_section_name(std::string_view name) -> bool {
    constexpr std::string_view allowed = "abcdefghijklmnopqrstuvwxyz0123456789_-";
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(allowed) == std::string_view::npos;
}

// One section's reader: the key's path for messages, and where they go.
class section_reader {
  public:
    section_reader(std::string path, config_problems& problems)
        : path_(std::move(path)), problems_(problems) {}

    void read(const std::string& name, const config_node& node, provider_section& to) {
        key_ = path_ + "." + name;
        if (node.is == shape::absent) {
            return;
        }
        problems_.note(key_, node.where);
        if (name == "plugin") {
            text(node, to.plugin);
        } else if (name == "enabled") {
            enabled(node, to.enabled);
        } else if (name == "client_id") {
            text(node, to.client_id);
        } else if (name == "client_secret") {
            secrets(node, to.client_secrets);
        } else if (name == "redirect_uri") {
            text(node, to.redirect_uri);
        } else if (name == "scopes") {
            to.scopes = texts(node);
        } else if (name == "origins") {
            origins(node, to.origins);
        } else if (name == "isolation") {
            run_in(node, to.run_in);
        } else {
            const bool nested = node.is != shape::scalar;
            to.config[name] = {nested ? to_json_text(node) : node.text, nested};
        }
    }

  private:
    void refuse(const config_node& node, const std::string& what) {
        problems_.add(node.where, key_, "`" + key_ + "` " + what);
    }

    void text(const config_node& node, std::string& to) {
        if (node.is != shape::scalar) {
            return refuse(node, "must be a single value");
        }
        to = node.text;
    }

    void enabled(const config_node& node, bool& to) {
        const auto parsed = parse_bool(node.is == shape::scalar ? node.text : "");
        if (parsed.has_error()) {
            return refuse(node, parsed.error().message);
        }
        to = *parsed;
    }

    auto texts(const config_node& node) -> std::vector<std::string> {
        std::vector<std::string> out;
        if (node.is == shape::scalar) {
            out.push_back(node.text);
        }
        for (const auto& item : node.items) {
            if (item.is == shape::scalar) {
                out.push_back(item.text);
            } else if (item.is != shape::absent) {
                refuse(item, "must be a list of single values");
            }
        }
        if (node.is == shape::map) {
            refuse(node, "must be a list of single values");
        }
        return out;
    }

    void secrets(const config_node& node, std::vector<secret>& to) {
        for (auto& value : texts(node)) {
            to.emplace_back(std::move(value));
        }
    }

    void origins(const config_node& node, std::map<std::string, std::string>& to) {
        if (node.is != shape::map) {
            return refuse(
                node, "must be a map such as {\"https://slack.com\": \"http://127.0.0.1:9001\"}"
            );
        }
        for (const auto& [from, target] : node.members) {
            if (target.is == shape::scalar) {
                to[from] = target.text;
            } else if (target.is != shape::absent) {
                refuse(target, "must map each origin to one other");
            }
        }
    }

    void run_in(const config_node& node, std::optional<isolation>& to) {
        static const std::map<std::string, isolation> known{
            {"process", isolation::process},
            {"worker", isolation::worker},
            {"worker-per-operation", isolation::worker_per_operation}};
        if (node.is != shape::scalar || !known.contains(node.text)) {
            return refuse(node, "must be `process`, `worker` or `worker-per-operation`");
        }
        to = known.at(node.text);
    }

    std::string path_;
    config_problems& problems_;
    std::string key_;
};

class variable_reader {
  public:
    variable_reader(const environment_map& variables, config_problems& problems)
        : variables_(variables), problems_(problems) {}

    // Fills in what the file leaves out; ENABLE_… is heard in any case, for it is a switch.
    void complete(provider_section& section) {
        const auto prefix = prefix_of(section.name);
        fill_identity(section);
        fill(section.redirect_uri, prefix + "_REDIRECT_URI");
        fill_secret(section, prefix + "_CLIENT_SECRET");
        if (section.name == "instagram") {
            fill_secret(section, "INSTAGRAM_APP_SECRET");
        }
        const auto name = "ENABLE_" + prefix + "_INTEGRATION";
        const auto* const enable = find(name);
        const auto parsed = parse_bool(enable == nullptr ? "true" : *enable);
        if (parsed.has_error()) {
            problems_.add(name, "providers." + section.name + ".enabled", parsed.error().message);
        } else if (enable != nullptr) {
            section.enabled = *parsed;
        }
    }

    // Providers that only the variables name.
    auto named_providers() const -> std::vector<std::string> {
        std::vector<std::string> names;
        for (const auto name : bundled_providers) {
            provider_section probe;
            probe.name = name;
            fill_identity(probe);
            if (!probe.client_id.empty()) {
                names.emplace_back(name);
            }
        }
        constexpr std::string_view before = "ENABLE_";
        constexpr std::string_view behind = "_INTEGRATION";
        for (const auto& [variable, value] : variables_) {
            const auto parsed = parse_bool(value);
            if (parsed.has_value() && *parsed && variable.size() > before.size() + behind.size() &&
                variable.starts_with(before) && variable.ends_with(behind)) {
                names.push_back(to_lower(
                    variable.substr(before.size(), variable.size() - before.size() - behind.size())
                ));
            }
        }
        return names;
    }

    // Names whose client's id and secret are both there.
    auto with_client() const -> std::vector<std::string> {
        constexpr std::string_view behind = "_CLIENT_ID";
        std::vector<std::string> names;
        for (const auto& [variable, value] : variables_) {
            const bool is_id = variable.size() > behind.size() && variable.ends_with(behind);
            const auto prefix = variable.substr(0, variable.size() - (is_id ? behind.size() : 0));
            if (is_id && !value.empty() && find(prefix + "_CLIENT_SECRET") != nullptr) {
                names.push_back(to_lower(prefix));
            }
        }
        return names;
    }

    static auto prefix_of(const std::string& name) -> std::string {
        return variable_of(name).substr(std::string_view("TENON_").size());
    }

  private:
    // An empty variable is one that is not set.
    auto find(const std::string& name) const -> const std::string* {
        const auto found = variables_.find(name);
        return found == variables_.end() || found->second.empty() ? nullptr : &found->second;
    }

    void fill_identity(provider_section& section) const {
        fill(section.client_id, prefix_of(section.name) + "_CLIENT_ID");
        if (section.name == "tiktok") {
            fill(section.client_id, "TIKTOK_CLIENT_KEY");
        }
        if (section.name == "instagram") {
            fill(section.client_id, "INSTAGRAM_APP_ID");
        }
    }

    void fill(std::string& to, const std::string& name) const {
        if (const auto* const value = find(name); to.empty() && value != nullptr) {
            to = *value;
        }
    }

    void fill_secret(provider_section& section, const std::string& name) const {
        if (const auto* const value = find(name);
            section.client_secrets.empty() && value != nullptr) {
            section.client_secrets.emplace_back(*value);
        }
    }

    const environment_map& variables_;
    config_problems& problems_;
};

auto read_section(const std::string& name, const config_node& node, config_problems& problems)
    -> provider_section {
    provider_section section;
    section.name = name;
    const auto path = "providers." + name;
    if (!is_section_name(name)) {
        problems.add(
            node.where, path,
            "`" + path + "`: a provider's name has lower-case letters, digits, `_` and `-`"
        );
    }
    if (node.is == shape::scalar || node.is == shape::list) {
        problems.add(node.where, path, "`" + path + "` must be a map of `key: value` lines");
    }
    section_reader reader(path, problems);
    for (const auto& [key, value] : node.members) {
        reader.read(key, value, section);
    }
    return section;
}

// `acme-crm` and `acme_crm` have the same variables.
auto has_section(const std::vector<provider_section>& sections, const std::string& name) -> bool {
    return std::ranges::find(
               sections, variable_reader::prefix_of(name),
               [](const provider_section& one) { return variable_reader::prefix_of(one.name); }
           ) != sections.end();
}

}  // namespace

auto read_candidates(
    const std::vector<provider_section>& sections, const environment_map& variables,
    config_problems& problems
) -> std::vector<provider_section> {
    variable_reader known(variables, problems);
    std::vector<provider_section> candidates;
    for (auto& name : known.with_client()) {
        if (!has_section(sections, name)) {
            candidates.emplace_back().name = std::move(name);
            known.complete(candidates.back());
        }
    }
    return candidates;
}

auto read_provider_sections(
    const config_node& node, const environment_map& variables, config_problems& problems
) -> std::vector<provider_section> {
    std::vector<provider_section> sections;
    if (node.is == shape::scalar || node.is == shape::list) {
        problems.add(node.where, "providers", "`providers` must be a map of providers by name");
    }
    for (const auto& [name, section] : node.members) {
        sections.push_back(read_section(name, section, problems));
    }
    variable_reader known(variables, problems);
    for (auto& name : known.named_providers()) {
        if (!has_section(sections, name)) {
            sections.emplace_back().name = std::move(name);
        }
    }
    for (auto& section : sections) {
        known.complete(section);
    }
    return sections;
}

}  // namespace tenon::host
