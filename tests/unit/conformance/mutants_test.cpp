#include "unit/conformance/mutants.hpp"
#include "support/catch.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

using namespace tenon::test;
namespace conformance = tenon::host::conformance;

TEST_CASE("a plugin in order passes every check, and none of them is left out", "[mutants]") {
    const auto report = examine(make_mutant({"none", "none"}));
    INFO(details(report));
    CHECK(complaints(report).empty());
    CHECK(report.count(conformance::verdict::skipped) == 0);
    CHECK(report.exit_code() == conformance::exit_passed);
}

TEST_CASE("a plugin that pushes its authorization request passes as well", "[mutants]") {
    const auto report = examine(make_mutant({"none", "pushed"}));
    INFO(details(report));
    CHECK(complaints(report).empty());
}

TEST_CASE("a plugin that can't be described passes as well", "[mutants]") {
    const auto report = examine(make_mutant({"none", "undescribed"}));
    INFO(details(report));
    CHECK(complaints(report).empty());
}

TEST_CASE("each mutant is found by its check and by no other", "[mutants]") {
    for (const auto& one : all_mutants()) {
        const auto report = examine(make_mutant(one));
        INFO(one.check << " " << one.mutation << "\n" << details(report));
        CHECK(complaints(report) == std::set{one.check});
    }
}

TEST_CASE("a quirk that is declared and that nothing shows is a failure of the check it names") {
    const std::set<std::string> shown{"error-in-200", "non-rfc-error"};
    for (const auto& quirk : conformance::all_quirks()) {
        if (shown.contains(std::string(quirk.id))) {
            continue;
        }
        const std::string check(quirk.check);
        const auto report =
            examine(make_mutant({check, "declares-" + std::string(quirk.id)}), {check});
        INFO(quirk.id << "\n" << details(report));
        CHECK(complaints(report) == std::set{check});
        CHECK(
            details(report).find("declares the quirk " + std::string(quirk.id)) != std::string::npos
        );
    }
}

TEST_CASE("a quirk of refusals is shown by a cassette, and by nothing else") {
    const auto fewer = std::filesystem::path(TENON_MUTANTS) / "fewer-cassettes";
    const std::vector<std::pair<const char*, const char*>> shown_by{
        {"error-in-200", "exchange-refused-in-200.json"},
        {"non-rfc-error", "refresh-refused-otherwise.json"}};
    for (const auto& [quirk, cassette] : shown_by) {
        std::filesystem::remove_all(fewer);
        std::filesystem::copy(mutant_cassettes(), fewer);
        REQUIRE(std::filesystem::remove(fewer / cassette));
        const auto report = examine(make_mutant({"none", "none"}), {"recorded-refusals"}, fewer);
        INFO(quirk << "\n" << details(report));
        CHECK(complaints(report) == std::set<std::string>{"recorded-refusals"});
        CHECK(
            details(report).find("declares the quirk " + std::string(quirk)) != std::string::npos
        );
    }
}

TEST_CASE("requests are compared with what was sent, whether to the provider or to a simulator") {
    const auto rewritten = std::filesystem::path(TENON_MUTANTS) / "rewritten-cassettes";
    const std::string own = "https://id.mutant.example/token";
    const std::vector<std::pair<std::string, bool>> sent{
        {own, true},
        {"http://127.0.0.1:8080/token", true},
        {"http://127.0.0.1:8080/tokens", false},
        {"https://elsewhere.example/token", false}};
    for (const auto& [url, fits] : sent) {
        std::filesystem::remove_all(rewritten);
        std::filesystem::create_directories(rewritten);
        std::ifstream from(mutant_cassettes() / "exchange.json");
        std::string text{std::istreambuf_iterator<char>(from), {}};
        text.replace(text.find(own), own.size(), url);
        std::ofstream(rewritten / "exchange.json") << text;
        const auto report =
            examine(make_mutant({"none", "none"}), {"recorded-requests"}, rewritten);
        INFO(url << "\n" << details(report));
        CHECK(complaints(report).empty() == fits);
    }
}

TEST_CASE("every check has a mutant that it finds") {
    for (const auto& check : conformance::all_checks()) {
        const auto found = std::ranges::find(all_mutants(), check.id, &mutant::check);
        INFO(check.id);
#ifndef TENON_HAS_UNIQUE
        if (check.id == "elf-no-unique") {
            continue;  // this compiler makes no such symbols
        }
#endif
        CHECK(found != all_mutants().end());
    }
}

TEST_CASE("a plugin that can't be loaded, and one that crashes, end with codes of their own") {
    CHECK(
        examine(make_mutant({"load-now", "none", "undefined"}), {"loading"}).exit_code() ==
        conformance::exit_not_loadable
    );
    CHECK(
        examine(make_mutant({"wrong-types", ""}), {"wrong-types"}).exit_code() ==
        conformance::exit_crashed
    );
    CHECK(
        examine(make_mutant({"authorize-state", ""}), {"authorize-state"}).exit_code() ==
        conformance::exit_failures
    );
}

TEST_CASE(
    "what a check found names the place: the function, the system call, the block", "[plain]"
) {
    CHECK(
        details(examine(make_mutant({"load-quiet", "reads-early"}), {"load-quiet"}))
            .find("the system call openat") != std::string::npos
    );
    const std::vector<std::pair<const char*, const char*>> said{
        {"no-syscalls", "getppid in op_step"},
        {"no-surroundings", "op_begin calls time"},
        {"wrong-types", "SIGABRT in op_step"},
        {"heap-bounds", "beside a block"},
        {"fuzz-answers", "--reproduce "}};
    for (const auto& [check, text] : said) {
        const auto found = details(examine(make_mutant({check, ""}), {check}));
        INFO(check << ": " << found);
        CHECK(found.find(text) != std::string::npos);
    }
}
