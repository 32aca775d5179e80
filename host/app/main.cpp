#include "app/serving.hpp"
#include "app/verbs.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>

namespace {

using namespace tenon::host;

// One readable line or more; what is wrong with each field below.
auto tell(const error& reason) -> int {
    std::cerr << "tenon: " << reason.message << '\n';
    return EXIT_FAILURE;
}

auto run_verb(const chosen_verb& chosen) -> int {
    auto values = load_settings(chosen.config, process_environment());
    if (values.has_error()) {
        return tell(values.error());
    }
    // Verbs answer on standard output; what the floors below log is for a host that runs.
    configure_log(log_level::warn, values->format);
    const auto done = chosen.run(*values);
    return done.has_error() ? tell(done.error()) : EXIT_SUCCESS;
}

auto run(int argc, char** argv) -> int {
    CLI::App app{"Tenon: a self-hosted integration host"};
    app.set_version_flag("--version", std::string("tenon ") + TENON_VERSION);
    app.require_subcommand(1);
    chosen_verb chosen;
    app.add_option(
        "-c,--config", chosen.config,
        "the configuration's YAML file (none: environment and defaults)"
    );
    app.fallthrough();
    auto* serving = app.add_subcommand("serve", "serve until SIGTERM");
    add_migrate_verb(app, chosen);
    add_config_verb(app, chosen);
    add_keyring_verb(app, chosen);
    add_org_verb(app, chosen);
    add_key_verb(app, chosen);
    add_plugin_verb(app, chosen);
    CLI11_PARSE(app, argc, argv);
    if (serving->parsed()) {
        const auto done = serve(chosen.config);
        return done.has_error() ? tell(done.error()) : EXIT_SUCCESS;
    }
    return run_verb(chosen);
}

}  // namespace

auto main(int argc, char** argv) -> int {
    try {
        return run(argc, argv);
    } catch (const std::exception& problem) {
        std::cerr << "tenon: " << problem.what() << '\n';
        return EXIT_FAILURE;
    }
}
