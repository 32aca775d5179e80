#include "app/key_sources.hpp"
#include "app/option_mapping.hpp"
#include "app/parts.hpp"
#include "app/verbs.hpp"
#include "http/server.hpp"
#include "http/tls.hpp"
#include "net/outbound.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
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

void check_files(const settings& values, lines& problems) {
    take(check_key_sources(values), problems);
    for (const auto& where : listeners_of(values)) {
        take(check_listener(where, port_in_use::tolerated), problems);
    }
    if (!values.tls_certificate.empty()) {
        const auto tls = make_tls_context(values.tls_certificate, values.tls_private_key);
        if (const auto problem = tls ? validity_problem(**tls) : ""; !problem.empty()) {
            problems.push_back("tls.certificate: " + problem);
        }
    }
    take(check_authorities(values), problems);
}

// Loads the plugins and has each provider described, as a start does.
void check_providers(const settings& values, lines& problems) {
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
    for (auto& line : problems_of(*snapshot)) {
        problems.push_back(std::move(line));
    }
    for (const auto& provider : options->providers) {
        std::cout << "providers." << provider.name << ": "
                  << (provider.enabled ? "enabled" : "disabled") << '\n';
    }
}

// All that a start looks at before it touches data or listens.
auto check(const settings& values) -> result<void> {
    for (const auto& [name, value] : describe_settings(values)) {
        std::cout << name << ": " << value << '\n';
    }
    lines problems;
    check_files(values, problems);
    check_providers(values, problems);
    if (problems.empty()) {
        return {};
    }
    std::string message;
    for (const auto& line : problems) {
        message += (message.empty() ? "" : "\n") + line;
    }
    return fail(errc::invalid_request, std::move(message));
}

}  // namespace

void add_config_verb(CLI::App& app, chosen_verb& chosen) {
    auto* config = app.add_subcommand("config", "the configuration");
    config->require_subcommand(1);
    config->add_subcommand("check", "read it, say every problem at once, print what counts")
        ->callback([&chosen] { chosen.run = check; });
}

}  // namespace tenon::host
