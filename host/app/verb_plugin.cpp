#include "api/provider_json.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "net/outbound.hpp"
#include "provider/library.hpp"
#include "provider/registry.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

auto list_catalogue(const catalogue& known, const registry_snapshot& snapshot) -> result<void> {
    for (const auto& name : known.names()) {
        if (snapshot.providers.contains(name)) {
            continue;
        }
        const auto entry = known.find(name);
        if (entry.has_error()) {
            return entry.error();
        }
        std::cout << name << "  not_configured  in the catalogue, confidence " << entry->confidence
                  << '\n';
    }
    return {};
}

auto list(const settings& values) -> result<void> {
    const auto known = catalogue_of(values);
    if (known.has_error()) {
        return known.error();
    }
    auto options = registry_options_of(values, *known);
    if (options.has_error()) {
        return options.error();
    }
    boost::asio::io_context loop;
    const system_clock time;
    const auto outbound = make_outbound(loop.get_executor(), outbound_options{});
    const registry providers(*options, *outbound, time);
    const auto snapshot = providers.snapshot();
    for (const auto& [name, entry] : snapshot->providers) {
        std::cout << name << "  " << state_text(entry);
        if (entry.about) {
            std::cout << "  " << entry.about->display_name << ' ' << entry.about->version;
        }
        std::cout << (entry.message.empty() ? "" : "  " + entry.message) << '\n';
        for (const auto& problem : entry.problems) {
            std::cout << "    " << problem.field << ": " << problem.message << '\n';
        }
    }
    if (const auto listed = list_catalogue(*known, *snapshot); listed.has_error()) {
        return listed;
    }
    for (const auto& problem : snapshot->problems) {
        std::cout << "refused  " << problem.path.string() << "  " << problem.message << '\n';
    }
    return {};
}

auto check(const std::string& path) -> result<void> {
    auto library = plugin_library::load(path);
    if (library.has_error()) {
        return library.error();
    }
    for (const auto& provider : (*library)->providers()) {
        std::cout << provider.about.id << "  " << provider.about.display_name << ' '
                  << provider.about.version << '\n';
        for (const auto& origin : provider.about.origins) {
            std::cout << "    may reach " << origin.url << '\n';
        }
    }
    return {};
}

}  // namespace

void add_plugin_verb(CLI::App& app, chosen_verb& chosen) {
    auto* plugin = app.add_subcommand("plugin", "plugins and the providers that they serve");
    plugin->require_subcommand(1);
    plugin->add_subcommand("list", "every provider, and why one is not enabled")
        ->callback([&chosen] { chosen.run = list; });
    auto* checking = plugin->add_subcommand("check", "would this file be loaded?");
    auto path = std::make_shared<std::string>();
    checking->add_option("file", *path, "the shared object")->required();
    checking->callback([&chosen, path] {
        chosen.run = [path](const settings&) { return check(*path); };
    });
}

}  // namespace tenon::host
