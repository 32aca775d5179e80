#include "conformance/report.hpp"

namespace tenon::host::conformance {
namespace {

// A YAML text in double quotes.
auto yaml_quoted(std::string_view text) -> std::string {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c >= ' ' && c < 0x7f ? c : '?';
    }
    return out + "\"";
}

auto directive(const check_result& one) -> std::string {
    if (one.expected) {
        return " # TODO expected to fail";
    }
    if (one.is_warning()) {
        return " # TODO a warning";
    }
    if (one.what == verdict::skipped) {
        return " # SKIP " +
               (one.details.empty() ? std::string() : yaml_quoted(one.details.front()));
    }
    return {};
}

}  // namespace

auto to_tap(const report& from) -> std::string {
    std::string out = "TAP version 14\n1.." + std::to_string(from.results.size()) + "\n";
    std::size_t number = 0;
    for (const auto& one : from.results) {
        const bool good = !one.is_failure() && !one.went_wrong();
        out += std::string(good ? "ok " : "not ok ") + std::to_string(++number) + " - " +
               std::string(one.about->id) + directive(one) + "\n";
        if (good) {
            continue;
        }
        out += "  ---\n  verdict: " +
               yaml_quoted(one.unexpected ? "passed unexpectedly" : name_of(one.what)) +
               "\n  rule: " + yaml_quoted(one.about->says) +
               "\n  fix: " + yaml_quoted(one.about->fix) +
               "\n  details:" + (one.details.empty() ? " []" : "") + "\n";
        for (const auto& detail : one.details) {
            out += "    - " + yaml_quoted(detail) + "\n";
        }
        out += "  ...\n";
    }
    return out;
}

}  // namespace tenon::host::conformance
