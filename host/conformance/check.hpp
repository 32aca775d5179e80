// A check: something that is asked of a plugin, as data.
#pragma once

#include <string_view>
#include <vector>

namespace tenon::host::conformance {

class findings;
struct job;

enum class severity {
    must,    // the host relies on it
    should,  // it works without it, and worse: a failure is a warning
};

// Runs in a process of its own: what it loads, breaks or leaves behind is gone with it.
struct check {
    std::string_view id;     // kebab-case; stable: expected-failures files and quirks name it
    std::string_view group;  // `loading`, `metadata`, …
    severity level = severity::must;
    std::string_view clause;  // where the rule stands
    std::string_view says;    // what holds of a plugin that passes, as a sentence
    std::string_view why;     // what happens otherwise
    std::string_view fix;
    void (*run)(const job& about, findings& found) = nullptr;
};

using check_list = std::vector<check>;

// All of them, in the order in which they run.
[[nodiscard]] auto all_checks() -> const check_list&;

// A departure from the RFCs that a descriptor may declare, and the one check that it relaxes.
struct quirk {
    std::string_view id, check, says;
};
[[nodiscard]] auto all_quirks() -> const std::vector<quirk>&;

}  // namespace tenon::host::conformance
