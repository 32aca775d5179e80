#include "conformance/command.hpp"

#include "conformance/sanitized.hpp"
#include "conformance/suite.hpp"

#include <CLI/CLI.hpp>
#include <fstream>
#include <iterator>
#include <ostream>

namespace tenon::host::conformance {
namespace {

struct arguments {
    options chosen;
    std::vector<std::string> config;
    std::string format = "human";
    std::string output;
    std::string cassettes, expected;
    std::uint64_t seed = 0, reproduce = 0;
    unsigned deadline_s = 60;
    bool list = false, strict = false;
};

void add_what(CLI::App& app, arguments& into) {
    app.add_option("plugin", into.chosen.plugin, "the plugin: NAME.so");
    app.add_flag("--list", into.list, "shows all checks, and runs none");
    app.add_option("--only", into.chosen.only, "runs these checks or groups alone")
        ->delimiter(',')
        ->allow_extra_args(false);
    app.add_option(
           "--config", into.config,
           "KEY=VALUE of the provider's configuration; a value that begins with [ or { is JSON, "
           "@FILE "
           "a "
           "file's content; `discovery` is the issuer's metadata"
    )
        ->allow_extra_args(false);
    app.add_option(
        "--cassettes", into.cassettes,
        "the directory of recorded exchanges (default: NAME.cassettes beside the plugin)"
    );
    app.add_option(
        "--expect-failures", into.expected,
        "FILE with a check's id a line: these must fail, all others must not"
    );
}

void add_how(CLI::App& app, arguments& into) {
    app.add_option("--format", into.format, "human, json, junit or tap")
        ->check(CLI::IsMember({"human", "json", "junit", "tap"}));
    app.add_option(
        "--output", into.output, "writes the report to FILE, and the human one beside it"
    );
    app.add_option(
        "--seed", into.seed, "what is random comes from it (default: the plugin's bytes)"
    );
    app.add_option("--reproduce", into.reproduce, "runs that one case of fuzz-answers alone");
    app.add_flag("--strict", into.strict, "a warning ends it with 1, as a failure does");
    app.add_option("--jobs", into.chosen.jobs, "checks at once (default 2)");
    app.add_option("--deadline", into.deadline_s, "seconds that one check may take (default 60)");
    app.add_flag("--quick", into.chosen.quick, "a tenth of the cases, rounds and reloads");
}

auto value_of(const std::string& text) -> std::string {
    if (!text.starts_with('@')) {
        return text;
    }
    std::ifstream file(text.substr(1), std::ios::binary);
    if (!file) {
        throw CLI::ValidationError("--config", text.substr(1) + ": can't be read");
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

void take_config(arguments& from) {
    for (const auto& pair : from.config) {
        const auto mark = pair.find('=');
        if (mark == std::string::npos || mark == 0) {
            throw CLI::ValidationError("--config", "'" + pair + "' is not KEY=VALUE");
        }
        const auto value = value_of(pair.substr(mark + 1));
        if (pair.substr(0, mark) == "discovery") {
            from.chosen.discovery = value;
        } else {
            const bool json = value.starts_with('[') || value.starts_with('{');
            from.chosen.config[pair.substr(0, mark)] = {value, json};
        }
    }
}

void take_options(const CLI::App& app, arguments& from) {
    take_config(from);
    if (!from.cassettes.empty()) {
        from.chosen.cassettes = from.cassettes;
    }
    if (!from.expected.empty()) {
        from.chosen.expected = from.expected;
    }
    if (app.count("--seed") != 0) {
        from.chosen.seed = from.seed;
    }
    if (app.count("--reproduce") != 0) {
        from.chosen.seed = from.reproduce;
        from.chosen.one_case = true;
        from.chosen.only = {"fuzz-answers"};
    }
    from.chosen.deadline = std::chrono::seconds(from.deadline_s);
}

void list(std::ostream& out) {
    std::string_view group;
    for (const auto& one : all_checks()) {
        if (one.group != group) {
            group = one.group;
            out << group << '\n';
        }
        out << "  " << one.id << (one.level == severity::must ? "  must    " : "  should  ")
            << one.says << " (" << one.clause << ")\n";
    }
}

auto written(const report& from, const std::string& format) -> std::string {
    if (format == "json") {
        return to_json(from);
    }
    if (format == "junit") {
        return to_junit(from);
    }
    return format == "tap" ? to_tap(from) : to_human(from);
}

auto exit_code(const report& from, bool strict) -> int {
    const int code = from.exit_code();
    return code == exit_passed && strict && from.warnings() != 0 ? int{exit_failures} : code;
}

auto run(const arguments& from, std::ostream& out, std::ostream& complaints) -> int {
    const auto done = run_suite(from.chosen);
    if (done.has_error()) {
        complaints << "tenon-conformance: " << done.error().message << '\n';
        return exit_usage;
    }
    if (from.output.empty()) {
        out << written(*done, from.format);
        return exit_code(*done, from.strict);
    }
    std::ofstream file(from.output, std::ios::binary);
    file << written(*done, from.format);
    file.close();
    if (!file) {
        complaints << "tenon-conformance: " << from.output << ": can't be written\n";
        return exit_fault;
    }
    out << to_human(*done);
    return exit_code(*done, from.strict);
}

}  // namespace

auto run_command(int argc, const char* const* argv, std::ostream& out, std::ostream& complaints)
    -> int {
    CLI::App app{"tenon-conformance: does a provider's plugin keep to the contract?"};
    arguments into;
    add_what(app, into);
    add_how(app, into);
    try {
        app.parse(argc, argv);
        take_options(app, into);
    } catch (const CLI::ParseError& wrong) {
        const int code = app.exit(wrong, out, complaints);
        return code == 0 ? exit_passed : exit_usage;
    }
    if (into.list) {
        list(out);
        return exit_passed;
    }
    if (into.chosen.plugin.empty()) {
        complaints << "tenon-conformance: no plugin is named: tenon-conformance PLUGIN.so\n";
        return exit_usage;
    }
    run_again_with_runtime(into.chosen.plugin, argv);
    return run(into, out, complaints);
}

}  // namespace tenon::host::conformance
