#include "conformance/report.hpp"

namespace tenon::host::conformance {
namespace {

auto mark(const check_result& one) -> std::string_view {
    if (one.is_failure()) {
        return "FAIL";
    }
    if (one.is_warning()) {
        return "warn";
    }
    if (one.expected) {
        return "xfail";
    }
    return one.what == verdict::skipped ? "skip" : "ok";
}

void add_reasons(const check_result& one, std::string& out) {
    for (const auto& detail : one.details) {
        out += "          " + detail + "\n";
    }
    if (one.unexpected) {
        out +=
            "          passed, and the file of expected failures says that it fails: take it out "
            "there\n";
    }
    if (one.is_failure() || one.is_warning()) {
        const auto& about = *one.about;
        out +=
            "        rule: " + std::string(about.says) + " (" + std::string(about.clause) + ")\n";
        out += "        why:  " + std::string(about.why) + "\n";
        out += "        fix:  " + std::string(about.fix) + "\n";
    }
}

void add(const check_result& one, std::string& out) {
    const auto shown = mark(one);
    out += "  " + std::string(shown) + std::string(shown.size() < 6 ? 6 - shown.size() : 1, ' ');
    out += std::string(one.about->id);
    if (one.went_wrong() && one.what != verdict::failed) {
        out += "  " + std::string(name_of(one.what));
    }
    out += "\n";
    add_reasons(one, out);
}

}  // namespace

auto to_human(const report& from) -> std::string {
    std::string out = from.plugin + "\n";
    std::string_view group;
    for (const auto& one : from.results) {
        if (one.about->group != group) {
            group = one.about->group;
            out += std::string(group) + "\n";
        }
        add(one, out);
    }
    out += std::to_string(from.count(verdict::passed)) + " passed, " +
           std::to_string(from.failures()) + " failed, " + std::to_string(from.warnings()) +
           " warnings, " + std::to_string(from.count(verdict::skipped)) + " skipped, in " +
           std::to_string(from.took.count()) + " ms; seed " + std::to_string(from.seed) + "\n";
    return out;
}

}  // namespace tenon::host::conformance
