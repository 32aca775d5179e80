#include "api/provider_json.hpp"
#include "app/approval_text.hpp"
#include "app/inspection.hpp"
#include "app/parts.hpp"
#include "app/plugin_approval.hpp"
#include "app/plugin_signing.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "net/outbound.hpp"
#include "provider/plugin_pins.hpp"
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

// What was approved in the configuration's folders.
auto list_pins(const settings& values) -> result<void> {
    for (const auto& folder : values.plugin_dirs) {
        const auto pins = read_pins(folder);
        if (pins.has_error()) {
            return pins.error();
        }
        for (const auto& [file, pin] : *pins) {
            std::cout << "approved  " << folder << '/' << file << "  SHA-256 " << pin.digest
                      << '\n';
        }
    }
    return {};
}

auto line_of(const std::string& name, const provider_entry& entry) -> std::string {
    auto out = name + "  " + std::string(state_text(entry));
    if (entry.about) {
        out += "  " + entry.about->display_name + " " + entry.about->version;
    }
    return entry.message.empty() ? out : out + "  " + entry.message;
}

auto list_plugins(const settings& values) -> result<void> {
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
        std::cout << for_terminal(line_of(name, entry)) << '\n';
        for (const auto& problem : entry.problems) {
            std::cout << for_terminal("    " + problem.field + ": " + problem.message) << '\n';
        }
    }
    if (auto listed = list_catalogue(*known, *snapshot); listed.has_error()) {
        return listed;
    }
    for (const auto& problem : snapshot->problems) {
        std::cout << "refused  " << problem.path.string() << "  " << for_terminal(problem.message)
                  << '\n';
    }
    return list_pins(values);
}

// In a worker: whoever asks does not trust it yet.
auto check(const std::string& path) -> result<void> {
    auto image = plugin_image::read(path);
    if (image.has_error()) {
        return image.error();
    }
    const auto found = inspect_plugin(std::move(*image));
    if (found.has_error()) {
        return found.error();
    }
    std::cout << approval_text(*found, nullptr);
    return {};
}

auto text_option(CLI::App& verb, const char* name, const char* help)
    -> std::shared_ptr<std::string> {
    auto value = std::make_shared<std::string>();
    auto* const option = verb.add_option(name, *value, help);
    if (name[0] != '-') {
        option->required();
    }
    return value;
}

void add_install(CLI::App& plugin, chosen_verb& chosen) {
    auto* const verb = plugin.add_subcommand(
        "install", "show what a file may reach, have it approved, copy it to the plugins and pin it"
    );
    auto wanted = std::make_shared<install_request>();
    verb->add_option("file", wanted->file, "the shared object")->required();
    verb->add_option("--dir", wanted->folder, "the folder (none: the one of plugin_dirs)");
    verb->add_flag("--yes", wanted->approved_already, "it is approved: don't ask");
    verb->callback([&chosen, wanted] {
        chosen.run = [wanted](const settings& values) { return install_plugin(values, *wanted); };
    });
    auto* const removing =
        plugin.add_subcommand("remove", "take a plugin and its approval out of its folder");
    const auto name = text_option(*removing, "name", "its file's name");
    const auto folder =
        text_option(*removing, "--dir", "the folder (none: the one of plugin_dirs)");
    removing->callback([&chosen, name, folder] {
        chosen.run = [name, folder](const settings& values) {
            return remove_plugin(values, *name, *folder);
        };
    });
}

void add_signing(CLI::App& plugin, chosen_verb& chosen) {
    auto* const making = plugin.add_subcommand("keygen", "make a key to sign plugins with");
    const auto key_file = text_option(*making, "file", "where its private half goes");
    making->callback([&chosen, key_file] {
        chosen.run = [key_file](const settings&) { return make_signing_key_file(*key_file); };
    });
    auto* const signing = plugin.add_subcommand("sign", "write FILE.sig");
    const auto file = text_option(*signing, "file", "the shared object");
    const auto with = text_option(*signing, "--key", "the private key's file");
    signing->get_option("--key")->required();
    signing->callback([&chosen, file, with] {
        chosen.run = [file, with](const settings&) { return sign_plugin(*file, *with); };
    });
    auto* const verifying =
        plugin.add_subcommand("verify", "is a file signed, and with which key?");
    const auto signed_file = text_option(*verifying, "file", "the shared object");
    const auto key =
        text_option(*verifying, "--key", "a public key (none: those of the configuration)");
    verifying->callback([&chosen, signed_file, key] {
        chosen.run = [signed_file, key](const settings& values) {
            return verify_plugin(values, *signed_file, *key);
        };
    });
}

}  // namespace

void add_plugin_verb(CLI::App& app, chosen_verb& chosen) {
    auto* plugin = app.add_subcommand("plugin", "plugins and the providers that they serve");
    plugin->require_subcommand(1);
    plugin->add_subcommand("list", "every provider, and why one is not enabled")
        ->callback([&chosen] { chosen.run = list_plugins; });
    add_plugin_new_verb(*plugin, chosen);
    auto* checking = plugin->add_subcommand("check", "could this file be loaded, and what for?");
    const auto path = text_option(*checking, "file", "the shared object");
    checking->callback([&chosen, path] {
        chosen.run = [path](const settings&) { return check(*path); };
    });
    add_install(*plugin, chosen);
    add_signing(*plugin, chosen);
    add_record_verb(*plugin, chosen);
}

}  // namespace tenon::host
