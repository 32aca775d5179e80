#include "app/key_sources.hpp"
#include "app/option_mapping.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "net/outbound.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <initializer_list>
#include <iostream>

namespace tenon::host {
namespace {

using lines = std::vector<std::string>;

template <class T>
void take(const result<T>& checked, lines& problems) {
    if (checked.has_error()) {
        problems.push_back(checked.error().message);
    }
}

// The keys that the reading refused: what hangs on them is not looked at, for it would be told
// twice, or of a default.
class refused_keys {
  public:
    explicit refused_keys(const std::optional<error>& refused) {
        for (const auto& problem : refused ? refused->details : std::vector<field_problem>()) {
            keys_.push_back(problem.field);
        }
    }
    [[nodiscard]] auto has(std::string_view key) const -> bool {
        return std::ranges::find(keys_, key) != keys_.end();
    }
    // `tls`: also of tls.certificate.
    [[nodiscard]] auto has_any_of(std::initializer_list<std::string_view> groups) const -> bool {
        return std::ranges::any_of(keys_, [&](const std::string& key) {
            return std::ranges::find(groups, key.substr(0, key.find('.'))) != groups.end();
        });
    }

  private:
    lines keys_;
};

void check_listeners(const settings& values, lines& problems) {
    for (const auto& where : listeners_of(values)) {
        take(check_listener(where, port_in_use::tolerated), problems);
    }
    if (!values.tls_certificate.empty()) {
        const auto tls = make_tls_context(values.tls_certificate, values.tls_private_key);
        if (const auto problem = tls ? validity_problem(**tls) : ""; !problem.empty()) {
            problems.push_back("tls.certificate: " + problem);
        }
    }
}

void check_files(const settings& values, const refused_keys& refused, lines& problems) {
    if (!refused.has_any_of({"database", "data_dir", "encryption"})) {
        take(check_key_sources(values), problems);
    }
    if (!refused.has_any_of({"listen", "admin_listen", "tls"})) {
        check_listeners(values, problems);
    }
    take(check_authorities(values), problems);
}

// Loads the plugins and has each provider described, as a start does.
void check_providers(settings values, const refused_keys& refused, lines& problems) {
    for (auto& section : values.providers) {
        if (refused.has("providers." + section.name + ".redirect_uri")) {
            section.redirect_uri.clear();
        }
    }
    const auto known = catalogue_of(values);
    take(known, problems);
    if (known.has_error()) {
        return;
    }
    for (const auto& name : known->names()) {
        take(known->find(name), problems);
    }
    const auto options = registry_options_of(values, *known);
    take(options, problems);
    if (options.has_error()) {
        return;
    }
    boost::asio::io_context loop;
    const system_clock time;
    const auto outbound = make_outbound(loop.get_executor(), outbound_of(values));
    const registry providers(*options, *outbound, time);
    const auto snapshot = providers.snapshot();
    for (auto& [key, line] : problems_of(*snapshot, values)) {
        if (!refused.has(key)) {
            problems.push_back(std::move(line));
        }
    }
    for (const auto& provider : options->providers) {
        std::cout << "providers." << provider.name << ": "
                  << (provider.enabled ? "enabled" : "disabled") << '\n';
    }
}

// All that a start looks at before it touches data or listens.
auto check(const examined_settings& read) -> result<void> {
    const auto& values = read.values;
    for (const auto& [name, value] : describe_settings(values)) {
        std::cout << name << ": " << value << '\n';
    }
    const refused_keys refused(read.refused);
    lines problems;
    check_files(values, refused, problems);
    check_providers(values, refused, problems);
    if (problems.empty() && !read.refused) {
        return {};
    }
    auto all = read.refused.value_or(fail(errc::invalid_request, {}));
    const auto* const between = read.refused ? "\n  " : "\n";
    for (const auto& line : problems) {
        all.message += (all.message.empty() ? "" : between) + line;
    }
    return all;
}

}  // namespace

void add_config_verb(CLI::App& app, chosen_verb& chosen) {
    auto* config = app.add_subcommand("config", "the configuration");
    config->require_subcommand(1);
    config->add_subcommand("check", "read it, say every problem at once, print what counts")
        ->callback([&chosen] { chosen.examine = check; });
}

}  // namespace tenon::host
