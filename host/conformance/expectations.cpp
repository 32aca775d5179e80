#include "conformance/expectations.hpp"

#include <algorithm>
#include <fstream>

namespace tenon::host::conformance {
namespace {

auto trimmed(std::string line) -> std::string {
    line.resize(std::min(line.find('#'), line.size()));
    constexpr std::string_view blank = " \t\r";
    const auto begin = line.find_first_not_of(blank);
    return begin == std::string::npos
               ? std::string()
               : line.substr(begin, line.find_last_not_of(blank) - begin + 1);
}

auto is_check(const std::string& id) -> bool {
    return std::ranges::find(all_checks(), id, &check::id) != all_checks().end();
}

}  // namespace

auto read_expectations(const std::filesystem::path& file) -> expectations {
    std::ifstream from(file);
    if (!from) {
        return fail(errc::invalid_request, file.string() + ": can't be read");
    }
    std::vector<std::string> out;
    std::string line;
    for (int number = 1; std::getline(from, line); ++number) {
        auto id = trimmed(line);
        if (!id.empty() && !is_check(id)) {
            return fail(
                errc::invalid_request, file.string() + ":" + std::to_string(number) + ": '" + id +
                                           "' is no check: --list shows them"
            );
        }
        if (!id.empty()) {
            out.push_back(std::move(id));
        }
    }
    return out;
}

void mark_expected(const std::vector<std::string>& expected, report& to) {
    for (auto& one : to.results) {
        const bool named = std::ranges::find(expected, one.about->id) != expected.end();
        one.expected = named && one.went_wrong() && one.what != verdict::fault;
        one.unexpected = named && !one.went_wrong();
    }
}

}  // namespace tenon::host::conformance
