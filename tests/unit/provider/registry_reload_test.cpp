// One generation of a plugin after another.
#include "provider/file_stamp.hpp"
#include "provider/generation_trial.hpp"
#include "support/temp_dir.hpp"
#include "unit/provider/worker_world.hpp"

#include <fstream>

using namespace tenon::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

// A registry over a folder with one file.
struct one_file {
    one_file() : file(dir.path() / "well.so") {
        put("good/well");
        all.reload(in_process({dir.path()}, {section("well")}));
    }
    void put(std::string_view build) const {
        fs::copy_file(plugin_file(build), file, fs::copy_options::overwrite_existing);
    }
    // The same code in other bytes: what lies behind an ELF file's end is never read.
    void put_next_version() { std::ofstream(file, std::ios::app | std::ios::binary) << ++versions; }
    auto reload() -> plugin_report {
        const auto reports = all.reload();
        REQUIRE(reports.size() == 1);
        return reports.front();
    }
    auto refresh() -> operation_result {
        http.answer(200, "t");
        return run(
            run_operation(all.find("well").value(), request_of(operation_kind::refresh), http, time)
        );
    }
    void refresh_times(std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) {
            CHECK(refresh().has_value());
        }
    }

    temp_dir dir;
    fs::path file;
    int versions = 0;
    standing_clock time;
    scripted_http http{time};
    registry all{{}, http, time};
};

}  // namespace

TEST_CASE("a trial is over after its operations, or with the first that breaks the contract") {
    const auto decided = std::make_shared<std::atomic<bool>>(false);
    generation_trial good(decided);
    for (std::size_t i = 1; i < trial_operations; ++i) {
        good.note("");
    }
    CHECK(good.verdict() == trial_verdict::open);
    CHECK_FALSE(*decided);
    good.note("");
    CHECK(good.verdict() == trial_verdict::passed);
    CHECK(*decided);
    good.note("too late");
    CHECK(good.verdict() == trial_verdict::passed);
    generation_trial bad(decided);
    bad.note("");
    bad.note("it broke");
    CHECK(bad.verdict() == trial_verdict::failed);
    CHECK(bad.fault() == "it broke");
}

TEST_CASE("the same bytes are kept, and other ones take over") {
    one_file here;
    const auto first = here.all.find("well").value();
    const auto kept = here.reload();
    CHECK(kept.outcome == plugin_outcome::kept);
    CHECK(kept.providers == std::vector<std::string>{"well"});
    const auto counted = counters_of(first).begun;
    here.put_next_version();
    const auto replaced = here.reload();
    CHECK(replaced.outcome == plugin_outcome::replaced);
    CHECK(replaced.digest != kept.digest);
    here.refresh_times(1);
    CHECK(counters_of(first).begun == counted);
    here.http.answer(200, "t");
    const auto done =
        run(run_operation(first, request_of(operation_kind::refresh), here.http, here.time));
    CHECK(done.has_value());
    CHECK(counters_of(first).begun == counted + 1);
}

TEST_CASE("what is no plugin, or not fit to take over, leaves the one before it where it is") {
    one_file here;
    const auto before = here.reload().digest;
    const auto refused = [&] {
        const auto report = here.reload();
        CHECK(report.outcome == plugin_outcome::refused);
        CHECK(report.digest == before);
        CHECK(here.refresh().has_value());
        CHECK(here.all.snapshot()->problems.size() == 1);
        return report.message;
    };
    std::ofstream(here.file) << "rubbish";
    CHECK_THAT(refused(), Contains("the version before it serves on"));
    here.put("good/broken");
    CHECK_THAT(refused(), Contains("well would have no plugin"));
    here.put("next/loses_state");
    CHECK_THAT(refused(), Contains("well sends users to a wrong address"));
    here.put("next/breaks_at_once");
    CHECK_THAT(refused(), Contains("exchange of the provider well breaks the contract"));
    here.put("good/well");
    CHECK(here.reload().outcome == plugin_outcome::kept);
    CHECK(here.all.snapshot()->problems.empty());
}

TEST_CASE("a version that ends its worker with the first answer never serves") {
    const temp_dir dir;
    const auto file = dir.path() / "well.so";
    fs::copy_file(plugin_file("good/well"), file);
    boost::asio::io_context loop;
    standing_clock time;
    scripted_http http{time};
    auto options = strangers_in("good", {section("well")});
    options.plugin_dirs = {dir.path()};
    registry all(options, http, time, worker_setup_of_tests(loop.get_executor()));
    const auto before = all.reload().at(0).digest;
    fs::copy_file(plugin_file("next/crashes"), file, fs::copy_options::overwrite_existing);
    const auto report = all.reload().at(0);
    CHECK(report.outcome == plugin_outcome::refused);
    CHECK(report.digest == before);
    CHECK_THAT(
        report.message, Contains("exchange of the provider well does not end: the plugin ended its")
    );
    CHECK(all.find("well").has_value());
}

TEST_CASE("a generation that breaks the contract gives way, and is not tried again") {
    one_file here;
    const auto before = here.reload().digest;
    here.put("next/breaks");
    CHECK(here.reload().outcome == plugin_outcome::replaced);
    const auto broken = here.refresh();
    REQUIRE(broken.has_error());
    CHECK(broken.error().code == "plugin_broke_contract");
    here.refresh_times(1);
    const auto again = here.reload();
    CHECK(again.outcome == plugin_outcome::rolled_back);
    CHECK(again.digest == before);
    CHECK_THAT(again.message, Contains("INTERNAL"));
    here.put_next_version();
    CHECK(here.reload().outcome == plugin_outcome::replaced);
}

TEST_CASE("behind a generation that is not proven lies the last that was") {
    one_file here;
    const auto proven = here.reload().digest;
    here.put_next_version();
    CHECK(here.reload().outcome == plugin_outcome::replaced);
    here.put("next/breaks");
    CHECK(here.reload().outcome == plugin_outcome::replaced);
    CHECK(here.refresh().has_error());
    here.refresh_times(1);
    CHECK(here.reload().digest == proven);
}

TEST_CASE("a generation that has proven itself is not rolled back, and its predecessor is gone") {
    one_file here;
    const std::weak_ptr first = here.all.find("well").value();
    here.put_next_version();
    here.reload();
    const std::weak_ptr second = here.all.find("well").value();
    here.refresh_times(trial_operations);
    CHECK(here.all.find("well").has_value());
    CHECK(first.expired());
    CHECK_FALSE(second.expired());
    CHECK(here.reload().outcome == plugin_outcome::kept);
}

TEST_CASE("files that are gone are let go of, but not those of a folder that can't be read") {
    one_file here;
    const auto aside = here.dir.path() / "aside";
    fs::create_directories(aside);
    const auto folder = aside / "plugins";
    fs::create_directories(folder);
    fs::copy_file(here.file, folder / "well.so");
    here.all.reload(in_process({folder}, {section("well")}));
    CHECK(here.all.find("well").has_value());
    fs::rename(folder, aside / "elsewhere");
    CHECK(here.reload().outcome == plugin_outcome::refused);
    CHECK(here.all.find("well").has_value());
    fs::rename(aside / "elsewhere", folder);
    CHECK(here.reload().outcome == plugin_outcome::kept);
    fs::remove(folder / "well.so");
    CHECK(here.reload().outcome == plugin_outcome::removed);
    CHECK(here.all.find("well").has_error());
}

TEST_CASE("a stamp tells an unchanged file, and trusts none that has just changed") {
    const temp_dir dir;
    const auto fresh = file_stamp::of(dir.write("plugin.so", "just now"));
    REQUIRE(fresh);
    CHECK_FALSE(fresh->same_as(*fresh));
    const auto old = file_stamp::of("/bin/sh");
    REQUIRE(old);
    CHECK(old->same_as(*file_stamp::of("/bin/sh")));
    CHECK_FALSE(fresh->same_as(*old));
    CHECK_FALSE(file_stamp::of(dir.path() / "nothing"));
}
