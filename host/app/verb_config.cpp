#include "app/verbs.hpp"

#include <CLI/CLI.hpp>
#include <iostream>

namespace tenon::host {

void add_config_verb(CLI::App& app, chosen_verb& chosen) {
    auto* config = app.add_subcommand("config", "the configuration");
    config->require_subcommand(1);
    auto* check =
        config->add_subcommand("check", "read it, say every problem at once, print what counts");
    check->callback([&chosen] {
        chosen.run = [](const settings& values) -> result<void> {
            for (const auto& [name, value] : describe_settings(values)) {
                std::cout << name << ": " << value << '\n';
            }
            for (const auto& provider : values.providers) {
                std::cout << "providers." << provider.name << ": "
                          << (provider.enabled ? "enabled" : "disabled") << '\n';
            }
            return {};
        };
    });
}

}  // namespace tenon::host
