// What came of a run, and how it is told.
#pragma once

#include "conformance/check.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace tenon::host::conformance {

enum class verdict {
    passed,
    failed,
    skipped,    // nothing to ask, or the plugin breaks another rule that is answered for elsewhere
    crashed,    // the process ended by a signal or without an answer
    timed_out,  // it used up its time
    fault       // of the suite's own
};
[[nodiscard]] auto name_of(verdict what) noexcept -> std::string_view;

struct check_result {
    const check* about = nullptr;
    verdict what = verdict::passed;
    std::vector<std::string> details;  // what was found; skipped: why
    std::string blocked_by;            // skipped for the sake of that check's rule
    std::chrono::milliseconds took{0};
    bool expected = false;    // it failed, and the file of expected failures says so
    bool unexpected = false;  // it passed, and that file says that it fails

    [[nodiscard]] auto went_wrong() const -> bool;
    // It went wrong, or well where the file says otherwise; a mere `should` is a warning.
    [[nodiscard]] auto is_failure() const -> bool;
    [[nodiscard]] auto is_warning() const -> bool;
};

struct report {
    std::string plugin, digest;
    std::uint64_t seed = 0;
    std::vector<check_result> results;
    std::chrono::milliseconds took{0};

    [[nodiscard]] auto count(verdict what) const -> std::size_t;
    [[nodiscard]] auto failures() const -> std::size_t;
    [[nodiscard]] auto warnings() const -> std::size_t;
    [[nodiscard]] auto exit_code() const -> int;
};

// Exit codes of the command.
enum : int {
    exit_passed = 0,
    exit_failures = 1,
    exit_usage = 2,
    exit_not_loadable = 3,
    exit_crashed = 4,  // a check crashed the plugin, or took too long
    exit_fault = 5     // of the suite
};

[[nodiscard]] auto to_human(const report& from) -> std::string;
[[nodiscard]] auto to_json(const report& from) -> std::string;
[[nodiscard]] auto to_junit(const report& from) -> std::string;  // JUnit XML, as CI systems read it
[[nodiscard]] auto to_tap(const report& from) -> std::string;    // TAP version 14

}  // namespace tenon::host::conformance
