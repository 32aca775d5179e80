#include "app/serving.hpp"
#include "app/terminal.hpp"
#include "app/verbs.hpp"
#include "base/nearest.hpp"
#include "provider/worker_main.hpp"

#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace tenon::host;

constexpr int usage_error = 2;

// One readable line or more; what is wrong with each field below.
auto tell(const error& reason) -> int {
    std::cerr << "tenon: " << for_terminal(reason.message) << '\n';
    return EXIT_FAILURE;
}

auto run_verb(const chosen_verb& chosen) -> int {
    const auto read = examine_settings(chosen.config, process_environment());
    if (read.has_error()) {
        return tell(read.error());
    }
    if (read->refused && !chosen.examine) {
        return tell(*read->refused);
    }
    // Verbs answer on standard output; what the floors below log is for a host that runs.
    configure_log(log_level::warn, read->values.format);
    const auto done = chosen.examine ? chosen.examine(*read) : chosen.run(read->values);
    return done.has_error() ? tell(done.error()) : EXIT_SUCCESS;
}

// The verb that was understood so far; its own verbs are those that could follow.
auto deepest(const CLI::App& app) -> const CLI::App& {
    const auto* at = &app;
    while (!at->get_subcommands().empty()) {
        at = at->get_subcommands().front();
    }
    return *at;
}

auto told_usage(const CLI::App& app, const CLI::ParseError& problem) -> int {
    std::vector<std::string> verbs;
    for (const auto* verb : deepest(app).get_subcommands([](const CLI::App*) { return true; })) {
        verbs.push_back(verb->get_name());
    }
    const auto unknown = app.remaining(true);
    std::string message = problem.what();
    if (!verbs.empty() && !unknown.empty() && !unknown.front().starts_with('-')) {
        const auto near = nearest_match(unknown.front(), verbs);
        message = "there is no verb `" + unknown.front() + "`" +
                  (near.empty() ? "" : ": did you mean `" + near + "`?");
    }
    std::cerr << "tenon: " << message << "\nRun it with --help for what there is.\n";
    return usage_error;
}

// What `--help` of a verb would not say otherwise: options of the program go with every verb.
void mention_config(CLI::App& verb) {
    verb.footer("With -c,--config FILE, as every verb.");
    for (auto* below : verb.get_subcommands([](const CLI::App*) { return true; })) {
        mention_config(*below);
    }
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
    add_audit_verb(app, chosen);
    add_backup_verbs(app, chosen);
    add_key_verb(app, chosen);
    add_plugin_verb(app, chosen);
    for (auto* verb : app.get_subcommands([](const CLI::App*) { return true; })) {
        mention_config(*verb);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        return problem.get_exit_code() == 0 ? app.exit(problem) : told_usage(app, problem);
    }
    if (serving->parsed()) {
        const auto done = serve(chosen.config);
        return done.has_error() ? tell(done.error()) : EXIT_SUCCESS;
    }
    return run_verb(chosen);
}

}  // namespace

auto main(int argc, char** argv) -> int {
    // Hidden: a host starts itself so to run a plugin that it does not trust. Before anything else.
    if (argc >= 2 && std::string_view(argv[1]) == "plugin-worker") {
        return run_plugin_worker();
    }
    try {
        return run(argc, argv);
    } catch (const std::exception& problem) {
        std::cerr << "tenon: " << problem.what() << '\n';
        return EXIT_FAILURE;
    }
}
