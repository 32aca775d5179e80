#include "app/project_files.hpp"
#include "app/verbs.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>

namespace tenon::host {
namespace {

constexpr std::string_view example = "acme";
constexpr std::size_t longest_name = 40;

struct new_project {
    std::string name;
    std::string language = "cpp";
    std::string directory;  // empty: named after the plugin, here
};

// It becomes a provider's id, an identifier and a part of invented host names.
auto is_name(std::string_view name) -> bool {
    const auto is_letter = [](char c) { return c >= 'a' && c <= 'z'; };
    return !name.empty() && name.size() <= longest_name && is_letter(name.front()) &&
           std::ranges::all_of(name, [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9');
           });
}

auto renamed(std::string text, std::string_view from, std::string_view to) -> std::string {
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
        text.replace(at, from.size(), to);
    }
    return text;
}

auto for_name(std::string_view text, const std::string& name) -> std::string {
    auto shown = name;
    shown.front() = static_cast<char>(shown.front() - 'a' + 'A');
    return renamed(renamed(std::string(text), example, name), "Acme", shown);
}

auto write(const std::filesystem::path& file, const std::string& text) -> result<void> {
    std::error_code problem;
    std::filesystem::create_directories(file.parent_path(), problem);
    std::ofstream out(file, std::ios::binary);
    out << text;
    out.close();
    if (problem || !out) {
        return fail(errc::invalid_request, file.string() + " can't be written");
    }
    return {};
}

auto make_project(const new_project& wanted) -> result<void> {
    if (!is_name(wanted.name)) {
        return fail(
            errc::invalid_request,
            "a plugin's name is 1 to 40 letters a-z and digits, a letter "
            "first: '" +
                wanted.name + "' is not"
        );
    }
    const std::filesystem::path root = wanted.directory.empty() ? wanted.name : wanted.directory;
    if (std::filesystem::exists(root)) {
        return fail(
            errc::invalid_request,
            root.string() + " is there already: nothing is overwritten; name another --directory"
        );
    }
    for (const auto& file : project_files()) {
        if (file.language != wanted.language) {
            continue;
        }
        const auto path = root / for_name(file.path, wanted.name);
        if (auto written = write(path, for_name(file.text, wanted.name)); written.has_error()) {
            return written;
        }
        std::cout << path.string() << '\n';
    }
    std::cout << "Next, with the kit where CMake finds it (-DCMAKE_PREFIX_PATH=...):\n  cmake -S "
              << root.string() << " -B " << root.string() << "/build && cmake --build "
              << root.string() << "/build && ctest --test-dir " << root.string() << "/build\n";
    return {};
}

}  // namespace

void add_plugin_new_verb(CLI::App& plugin, chosen_verb& chosen) {
    auto* making = plugin.add_subcommand("new", "writes a project: plugin, test, fixtures and CI");
    auto wanted = std::make_shared<new_project>();
    making->add_option("name", wanted->name, "the provider's id: letters a-z and digits")
        ->required();
    making->add_option("--language", wanted->language, "cpp, with the SDK, or c, without")
        ->check(CLI::IsMember({"cpp", "c"}))
        ->capture_default_str();
    making->add_option("--directory", wanted->directory, "where to; as the name says unless given");
    making->callback([&chosen, wanted] {
        chosen.run = [wanted](const settings&) { return make_project(*wanted); };
    });
}

}  // namespace tenon::host
