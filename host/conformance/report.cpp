#include "conformance/report.hpp"

#include <algorithm>
#include <array>

namespace tenon::host::conformance {

auto name_of(verdict what) noexcept -> std::string_view {
    switch (what) {
        case verdict::passed: return "passed";
        case verdict::failed: return "failed";
        case verdict::skipped: return "skipped";
        case verdict::crashed: return "crashed";
        case verdict::timed_out: return "timed out";
        case verdict::fault: return "fault of the suite";
    }
    return "unknown";
}

auto check_result::went_wrong() const -> bool {
    return what != verdict::passed && what != verdict::skipped;
}

auto check_result::is_failure() const -> bool {
    if (unexpected || what == verdict::fault) {
        return true;
    }
    const bool mild = about->level == severity::should && what == verdict::failed;
    return went_wrong() && !expected && !mild;
}

auto check_result::is_warning() const -> bool {
    return went_wrong() && !expected && !is_failure();
}

auto report::count(verdict what) const -> std::size_t {
    return static_cast<std::size_t>(std::ranges::count(results, what, &check_result::what));
}

auto report::failures() const -> std::size_t {
    return static_cast<std::size_t>(std::ranges::count_if(results, &check_result::is_failure));
}

auto report::warnings() const -> std::size_t {
    return static_cast<std::size_t>(std::ranges::count_if(results, &check_result::is_warning));
}

auto report::exit_code() const -> int {
    constexpr std::array<std::string_view, 3> of_loading{
        "elf-shared-object", "load-now", "entry-plugin"};
    bool unloadable = false;
    bool crashed = false;
    bool fault = false;
    for (const auto& one : results) {
        const bool failed = one.is_failure();
        fault = fault || one.what == verdict::fault;
        unloadable = unloadable ||
                     (failed && std::ranges::find(of_loading, one.about->id) != of_loading.end());
        crashed =
            crashed || (failed && (one.what == verdict::crashed || one.what == verdict::timed_out));
    }
    if (fault) {
        return exit_fault;
    }
    if (unloadable) {
        return exit_not_loadable;
    }
    if (crashed) {
        return exit_crashed;
    }
    return failures() == 0 ? exit_passed : exit_failures;
}

}  // namespace tenon::host::conformance
