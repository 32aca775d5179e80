// tenon-simulator: a simulated provider as a program.
#include "support/simulator/server.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <csignal>
#include <iostream>
#include <nlohmann/json.hpp>

namespace {

auto names() -> std::string {
    std::vector<std::string> all;
    for (const auto& [name, maker] : tenon::sim::simulators()) {
        all.push_back(name);
    }
    return tenon::sim::join(all, ", ");
}

// `name=value`: the value is JSON where it reads as such, else text.
auto settings_from(const std::vector<std::string>& assignments) -> nlohmann::json {
    auto values = nlohmann::json::object();
    for (const auto& each : assignments) {
        const auto equals = std::min(each.find('='), each.size());
        const auto text = equals < each.size() ? each.substr(equals + 1) : std::string();
        const auto parsed = nlohmann::json::parse(text, nullptr, false);
        values[each.substr(0, equals)] = parsed.is_discarded() ? nlohmann::json(text) : parsed;
    }
    return values;
}

auto run(
    const std::string& provider, const std::string& listen,
    const std::vector<std::string>& assignments
) -> int {
    auto actor = tenon::sim::make_simulator(provider);
    if (!actor) {
        std::cerr << "there is no simulator " << provider << "; there are " << names() << '\n';
        return 2;
    }
    if (const auto problem =
            tenon::sim::apply_settings(actor->settings(), settings_from(assignments));
        !problem.empty()) {
        std::cerr << problem << "; those of " << provider << ":\n"
                  << tenon::sim::settings_to_json(actor->settings()).dump(2) << '\n';
        return 2;
    }
    const auto colon = listen.rfind(':');
    std::uint16_t port = 0;
    if (colon == std::string::npos ||
        std::from_chars(listen.data() + colon + 1, listen.data() + listen.size(), port).ptr !=
            listen.data() + listen.size()) {
        std::cerr << "--listen takes ADDRESS:PORT\n";
        return 2;
    }
    // Blocked before the server's thread starts, so that only sigwait sees them.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    const tenon::sim::server serving(std::move(actor), listen.substr(0, colon), port);
    std::cout << "listening on " << serving.url() << std::endl;
    int caught = 0;
    sigwait(&signals, &caught);
    return 0;
}

}  // namespace

auto main(int count, char** arguments) -> int {
    CLI::App app("A simulated OAuth provider, for tests, benchmarks and first steps");
    std::string provider = "oidc";
    std::string listen = "127.0.0.1:0";
    std::vector<std::string> assignments;
    app.add_option("--provider", provider, "one of " + names())->capture_default_str();
    app.add_option("--listen", listen, "address and port; port 0 takes a free one")
        ->capture_default_str();
    app.add_option("--set", assignments, "a setting as name=value; may be repeated");
    CLI11_PARSE(app, count, arguments);
    try {
        return run(provider, listen, assignments);
    } catch (const std::exception& problem) {
        std::cerr << "tenon-simulator: " << problem.what() << '\n';
        return 1;
    }
}
