#include "conformance/report.hpp"

namespace tenon::host::conformance {
namespace {

// XML 1.0 takes no control characters; what is beyond ASCII may be no UTF-8 where a plugin said it.
auto escaped(std::string_view text) -> std::string {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            default: out += c >= ' ' && c < 0x7f ? c : '?';
        }
    }
    return out;
}

auto attribute(std::string_view name, std::string_view value) -> std::string {
    return " " + std::string(name) + "=\"" + escaped(value) + "\"";
}

auto seconds(std::chrono::milliseconds took) -> std::string {
    const auto ms = std::to_string(1000 + took.count() % 1000).substr(1);
    return std::to_string(took.count() / 1000) + "." + ms;
}

auto joined(const check_result& one) -> std::string {
    std::string out;
    for (const auto& detail : one.details) {
        out += detail + "\n";
    }
    return out;
}

auto body(const check_result& one) -> std::string {
    if (one.is_failure()) {
        const auto what = one.unexpected ? "passed unexpectedly" : name_of(one.what);
        return "<failure" + attribute("type", what) + attribute("message", one.about->says) + ">" +
               escaped(joined(one) + "fix: " + std::string(one.about->fix)) + "</failure>";
    }
    if (one.what == verdict::skipped || one.expected) {
        return "<skipped" + attribute("message", joined(one)) + "/>";
    }
    return one.is_warning() ? "<system-out>" + escaped("warning: " + joined(one)) + "</system-out>"
                            : std::string();
}

}  // namespace

auto to_junit(const report& from) -> std::string {
    std::size_t skipped = 0;
    std::string cases;
    for (const auto& one : from.results) {
        const bool left_out = !one.is_failure() && (one.what == verdict::skipped || one.expected);
        skipped += left_out ? 1U : 0U;
        cases += "    <testcase" + attribute("classname", one.about->group) +
                 attribute("name", one.about->id) + attribute("time", seconds(one.took)) + ">" +
                 body(one) + "</testcase>\n";
    }
    const auto counts = attribute("tests", std::to_string(from.results.size())) +
                        attribute("failures", std::to_string(from.failures())) +
                        attribute("errors", "0") + attribute("skipped", std::to_string(skipped)) +
                        attribute("time", seconds(from.took));
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites" + counts + ">\n  <testsuite" +
           attribute("name", from.plugin) + counts + ">\n" + cases +
           "  </testsuite>\n</testsuites>\n";
}

}  // namespace tenon::host::conformance
