#include "conformance/report.hpp"

#include <nlohmann/json.hpp>

namespace tenon::host::conformance {
namespace {

using nlohmann::ordered_json;

auto severity_of(const check& about) -> const char* {
    return about.level == severity::must ? "must" : "should";
}

auto row(const check_result& one) -> ordered_json {
    return {
        {"id", one.about->id},
        {"group", one.about->group},
        {"level", severity_of(*one.about)},
        {"verdict", name_of(one.what)},
        {"failure", one.is_failure()},
        {"warning", one.is_warning()},
        {"expected", one.expected},
        {"details", one.details},
        {"blockedBy", one.blocked_by},
        {"clause", one.about->clause},
        {"says", one.about->says},
        {"why", one.about->why},
        {"fix", one.about->fix},
        {"milliseconds", one.took.count()}};
}

}  // namespace

auto to_json(const report& from) -> std::string {
    ordered_json out = {
        {"plugin", from.plugin},
        {"sha256", from.digest},
        {"seed", std::to_string(from.seed)},
        {"passed", from.count(verdict::passed)},
        {"failures", from.failures()},
        {"warnings", from.warnings()},
        {"skipped", from.count(verdict::skipped)},
        {"exitCode", from.exit_code()},
        {"milliseconds", from.took.count()},
        {"checks", ordered_json::array()}};
    for (const auto& one : from.results) {
        out["checks"].push_back(row(one));
    }
    // What a plugin says may be no UTF-8.
    return out.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace tenon::host::conformance
