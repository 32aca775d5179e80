#include "support/process.hpp"

#include <signal.h>

#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace tenon::test;
using namespace std::chrono_literals;

namespace {

auto shell(const std::string& script) -> command {
    return {{"/bin/sh", "-c", script}, {}, {}, {}, {}};
}

}  // namespace

TEST_CASE("a process's end tells its code and both of its streams") {
    const auto end = run(shell("echo out; echo err >&2; exit 3"));
    CHECK(end.code == 3);
    CHECK(end.out == "out\n");
    CHECK(end.err == "err\n");
}

TEST_CASE("a process reads the input that it was given") {
    auto what = shell("cat");
    what.input = "line\n";
    CHECK(run(what).out == "line\n");
}

TEST_CASE("a process gets the variables given and none of ours") {
    ::setenv("TENON_TEST_OURS", "1", 1);
    auto what = shell("echo [$TENON_TEST_OURS] [$GIVEN]");
    what.variables = {{"GIVEN", "yes"}};
    CHECK(run(what).out == "[] [yes]\n");
}

TEST_CASE("a line of a running process can be waited for") {
    process child(shell("echo first; echo ready: 42; cat >/dev/null; exec sleep 600"));
    CHECK(child.wait_for_line("ready: ", 30s) == "42");
    CHECK(child.running());
    child.signal(SIGTERM);
    CHECK(child.wait(30s).code == 128 + SIGTERM);
    CHECK_FALSE(child.running());
}

TEST_CASE("waiting for a line that never comes shows what came instead") {
    process child(shell("echo something else; echo a reason >&2"));
    CHECK_THROWS_WITH(
        child.wait_for_line("ready: ", 30s),
        Catch::Contains("something else") && Catch::Contains("a reason")
    );
}

TEST_CASE("a process that outlives its deadline is killed and said so") {
    process child(shell("echo started; exec sleep 600"));
    static_cast<void>(child.wait_for_line("started", 30s));
    CHECK_THROWS_WITH(child.wait(1ms), Catch::Contains("did not end in time"));
    CHECK_FALSE(child.running());
}

TEST_CASE("what a process prints is kept in its log") {
    const temp_dir dir;
    auto what = shell("echo out; echo err >&2");
    what.log = dir.path() / "log";
    run(what);
    run(what);
    CHECK(read_file(what.log).size() == 2 * std::string("out\nerr\n").size());
}
