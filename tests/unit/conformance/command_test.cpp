#include "conformance/command.hpp"

#include "support/catch.hpp"
#include "unit/conformance/mutants.hpp"

#include <fstream>
#include <iterator>
#include <sstream>

using namespace tenon::test;
using namespace tenon::host::conformance;

namespace {

struct ended {
    int code = 0;
    std::string out, complaints;
};

auto run(std::vector<std::string> arguments) -> ended {
    std::vector<const char*> argv{"tenon-conformance"};
    for (const auto& one : arguments) {
        argv.push_back(one.c_str());
    }
    argv.push_back(nullptr);
    std::ostringstream out;
    std::ostringstream complaints;
    const int code = run_command(static_cast<int>(argv.size()) - 1, argv.data(), out, complaints);
    return {code, out.str(), complaints.str()};
}

auto file_with(const std::string& name, const std::string& text) -> std::string {
    auto path = std::string(TENON_MUTANTS) + "/" + name;
    std::ofstream(path) << text;
    return path;
}

auto good() -> std::string {
    return make_mutant({"none", "none"}).string();
}

}  // namespace

TEST_CASE("--list shows every check with its level and clause") {
    const auto done = run({"--list"});
    CHECK(done.code == exit_passed);
    for (const auto& one : all_checks()) {
        CHECK(done.out.find("  " + std::string(one.id) + "  ") != std::string::npos);
    }
}

TEST_CASE("what makes no sense is a usage error, and says what to do") {
    CHECK(run({}).code == exit_usage);
    CHECK(run({"/no/such/plugin.so"}).code == exit_usage);
    CHECK(run({good(), "--format", "xml"}).code == exit_usage);
    CHECK(run({good(), "--config", "no-value"}).code == exit_usage);
    const auto slip = run({good(), "--only", "authorize-stat"});
    CHECK(slip.code == exit_usage);
    CHECK(slip.complaints.find("did you mean 'authorize-state'?") != std::string::npos);
    CHECK(run({good(), "--cassettes", "/no/such"}).code == exit_usage);
    const auto bad = file_with("bad.expected", "# known\nno-such-check\n");
    const auto named = run({good(), "--expect-failures", bad});
    CHECK(named.code == exit_usage);
    CHECK(named.complaints.find("bad.expected:2") != std::string::npos);
}

TEST_CASE("--only takes checks and groups, and --format writes each form") {
    const std::string cassettes = TENON_MUTANT_CASSETTES;
    const auto tap = run(
        {good(), "--cassettes", cassettes, "--only", "authorize-state,load-now", "--format", "tap"}
    );
    CHECK(tap.code == exit_passed);
    CHECK(tap.out.find("1..2\n") != std::string::npos);
    const auto file = std::string(TENON_MUTANTS) + "/report.xml";
    const auto human = run(
        {good(), "--cassettes", cassettes, "--only", "metadata", "--format", "junit", "--output",
         file}
    );
    CHECK(human.code == exit_passed);
    CHECK(human.out.find("metadata\n") != std::string::npos);
    std::ifstream written(file);
    const std::string xml{std::istreambuf_iterator<char>(written), {}};
    CHECK(xml.find("<testsuites") != std::string::npos);
}

TEST_CASE("a failure that is expected passes, and one that does not happen fails") {
    const auto expected = file_with("one.expected", "authorize-state  # known\n");
    const auto broken = make_mutant({"authorize-state", ""}).string();
    CHECK(run({broken, "--only", "authorize-state"}).code == exit_failures);
    CHECK(
        run({broken, "--only", "authorize-state", "--expect-failures", expected}).code ==
        exit_passed
    );
    CHECK(
        run({good(), "--only", "authorize-state", "--expect-failures", expected}).code ==
        exit_failures
    );
}

TEST_CASE("a warning is no failure, but where the caller is strict") {
    const auto mild = make_mutant({"grant-replies-marked", ""}).string();
    CHECK(run({mild, "--only", "grant-replies-marked"}).code == exit_passed);
    CHECK(run({mild, "--only", "grant-replies-marked", "--strict"}).code == exit_failures);
    CHECK(run({good(), "--only", "grant-replies-marked", "--strict"}).code == exit_passed);
}

TEST_CASE("a seed that found something finds it again, alone") {
    const auto broken = make_mutant({"fuzz-answers", ""}).string();
    const auto found = run({broken, "--only", "fuzz-answers", "--seed", "2026"});
    REQUIRE(found.code == exit_crashed);
    const auto at = found.out.find("--reproduce ");
    REQUIRE(at != std::string::npos);
    std::istringstream rest(found.out.substr(at + 12));
    std::string seed;
    rest >> seed;
    CHECK(run({broken, "--reproduce", seed}).code == exit_crashed);
}
