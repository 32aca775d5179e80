#include "conformance/report.hpp"

#include "support/catch.hpp"

#include <nlohmann/json.hpp>

using namespace tenon::host::conformance;

namespace {

const check first{"a-check",  "group", severity::must, "RFC 1",
                  "it holds", "else",  "mend it",      nullptr};
const check second{"b-check",    "group", severity::should, "RFC 2",
                   "it <holds>", "else",  "mend it",        nullptr};

auto with(verdict what, const check& about = first) -> report {
    report out;
    out.plugin = "acme.so";
    check_result one;
    one.about = &about;
    one.what = what;
    one.details = {"found & \"seen\"\n\x01\xff"};
    out.results.push_back(one);
    return out;
}

}  // namespace

TEST_CASE("a `should` that fails is a warning, and one that crashes a failure") {
    CHECK(with(verdict::failed, second).failures() == 0);
    CHECK(with(verdict::failed, second).warnings() == 1);
    CHECK(with(verdict::failed, second).exit_code() == exit_passed);
    CHECK(with(verdict::crashed, second).exit_code() == exit_crashed);
    CHECK(with(verdict::failed).exit_code() == exit_failures);
    CHECK(with(verdict::timed_out).exit_code() == exit_crashed);
    CHECK(with(verdict::fault).exit_code() == exit_fault);
    CHECK(with(verdict::skipped).exit_code() == exit_passed);
}

TEST_CASE("a failure that was expected counts for nothing, one that did not happen as a failure") {
    auto expected = with(verdict::failed);
    expected.results[0].expected = true;
    CHECK(expected.exit_code() == exit_passed);
    auto unexpected = with(verdict::passed);
    unexpected.results[0].unexpected = true;
    CHECK(unexpected.exit_code() == exit_failures);
}

TEST_CASE("JSON has everything, whatever bytes a plugin said") {
    const auto read = nlohmann::json::parse(to_json(with(verdict::failed)));
    CHECK(read["failures"] == 1);
    CHECK(read["exitCode"] == 1);
    CHECK(read["checks"][0]["id"] == "a-check");
    CHECK(read["checks"][0]["verdict"] == "failed");
}

TEST_CASE("JUnit XML escapes what was found and has no control characters") {
    const auto text = to_junit(with(verdict::failed, first));
    CHECK(text.find("<testsuites tests=\"1\" failures=\"1\"") != std::string::npos);
    CHECK(text.find("found &amp; &quot;seen&quot;&#10;??") != std::string::npos);
    CHECK(to_junit(with(verdict::failed, second)).find("failures=\"0\"") != std::string::npos);
    CHECK(to_junit(with(verdict::crashed, second)).find("it &lt;holds&gt;") != std::string::npos);
}

TEST_CASE("TAP 14 has a plan, a line a check and a YAML block for what failed") {
    const auto text = to_tap(with(verdict::failed));
    CHECK(text.starts_with("TAP version 14\n1..1\nnot ok 1 - a-check\n  ---\n"));
    CHECK(text.find("    - \"found & \\\"seen\\\"") != std::string::npos);
    CHECK(to_tap(with(verdict::skipped)).find("# SKIP") != std::string::npos);
    CHECK(
        to_tap(with(verdict::failed, second)).find("not ok 1 - b-check # TODO") != std::string::npos
    );
    CHECK(to_tap(with(verdict::passed)).find("ok 1 - a-check\n") != std::string::npos);
}

TEST_CASE("people read the rule, why it is there and how to keep it") {
    const auto text = to_human(with(verdict::failed));
    for (const auto* part :
         {"FAIL", "a-check", "rule: it holds (RFC 1)", "why:  else", "fix:  mend it"}) {
        CHECK(text.find(part) != std::string::npos);
    }
}
