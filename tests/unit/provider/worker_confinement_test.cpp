// What a worker has left of the host, seen from outside and from inside.
#include "unit/provider/worker_world.hpp"

#include "provider/worker_process.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

using namespace tenon::test;
using Catch::Matchers::Contains;

namespace {

auto content(const std::filesystem::path& file) -> std::string {
    std::ifstream in(file);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// The value of a line of /proc/PID/status.
auto status_of(int id, const std::string& name) -> std::string {
    std::istringstream lines(content("/proc/" + std::to_string(id) + "/status"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name + ":")) {
            return line.substr(line.find_first_not_of("\t ", name.size() + 1));
        }
    }
    return {};
}

auto limit_of(int id, const std::string& name) -> std::string {
    std::istringstream lines(content("/proc/" + std::to_string(id) + "/limits"));
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with(name)) {
            std::istringstream values(line.substr(26));
            std::string soft;
            std::string hard;
            values >> soft >> hard;
            return soft == hard ? soft : soft + " and " + hard;
        }
    }
    return {};
}

// Of this process, in lines.
auto mapped_plugins() -> int {
    std::istringstream lines(content("/proc/self/maps"));
    int out = 0;
    for (std::string line; std::getline(lines, line);) {
        out += line.find("memfd:tenon-plugin") == std::string::npos ? 0 : 1;
    }
    return out;
}

auto the_worker(worker_world& all) -> int {
    all.http.answer(200, "account");
    REQUIRE(all.perform(request_of(operation_kind::profile)).has_value());
    const auto started = children();
    REQUIRE(started.size() == 1);
    return started.front();
}

}  // namespace

TEST_CASE("a worker has no environment, no privileges, and two descriptors") {
    worker_world all({section("well")});
    const auto worker = the_worker(all);
    const auto home = std::filesystem::path("/proc") / std::to_string(worker);
    if (::geteuid() == 0) {
        CHECK(content(home / "environ").empty());
        std::set<std::string> descriptors;
        for (const auto& one : std::filesystem::directory_iterator(home / "fd")) {
            descriptors.insert(one.path().filename().string());
        }
        CHECK(descriptors == std::set<std::string>{"3", "4"});
        CHECK(status_of(worker, "CapEff") == "0000000000000000");
        CHECK_THAT(status_of(worker, "Uid"), !Catch::Matchers::StartsWith("0"));
    } else {  // nobody else looks into it, its own user included
        std::error_code refused;
        const std::filesystem::directory_iterator none(home / "fd", refused);
        CHECK(refused == std::errc::permission_denied);
    }
    CHECK(status_of(worker, "NoNewPrivs") == "1");
    CHECK(status_of(worker, "Seccomp") == "2");
#ifndef TENON_SANITIZED  // a sanitizer's runtime may have one of its own
    CHECK(status_of(worker, "Threads") == "1");
#endif
    CHECK(limit_of(worker, "Max processes") == "0");
    CHECK(limit_of(worker, "Max file size") == "0");
    CHECK(limit_of(worker, "Max core file size") == "0");
    CHECK(limit_of(worker, "Max cpu time") == "600");
    CHECK(limit_of(worker, "Max open files") == "8");
    CHECK(limit_of(worker, "Max address space") != "unlimited");
    CHECK(content(home / "oom_score_adj") == "1000\n");
    // In a session of its own: what a terminal sends to the host is not for it.
    CHECK(::getsid(worker) == worker);
}

TEST_CASE("a limit of the host's that is lower than a worker's stays, and its workers start") {
    rlimit usual{};
    REQUIRE(::getrlimit(RLIMIT_CPU, &usual) == 0);
    const rlimit lower{550, 550};  // seconds: far beyond what these tests take
    REQUIRE(::setrlimit(RLIMIT_CPU, &lower) == 0);
    worker_world all({section("well")});
    const auto limited = limit_of(the_worker(all), "Max cpu time");
    (void)::setrlimit(RLIMIT_CPU, &usual);
    CHECK(limited == "550");
}

TEST_CASE("a plugin in a worker finds no environment and no secret of the host's") {
    REQUIRE(::setenv("TENON_TEST_SECRET", "canaryofthetesters", 1) == 0);
    worker_world all({section("evil_search")}, "evil");
    ::unsetenv("TENON_TEST_SECRET");
    all.http.answer(200, "account");
    const auto found = all.perform(request_of(operation_kind::profile), "evil_search");
    REQUIRE(found.has_value());
    CHECK(found->field("environment")->value == "empty");
    CHECK(found->field("found")->value == "nothing");
}

TEST_CASE("in the host's process the same plugin does find it") {
    REQUIRE(::setenv("TENON_TEST_SECRET", "canaryofthetesters", 1) == 0);
    auto open = section("evil_search");
    open.run_in = isolation::process;
    worker_world all({open}, "evil");
    all.http.answer(200, "account");
    const auto found = all.perform(request_of(operation_kind::profile), "evil_search");
    ::unsetenv("TENON_TEST_SECRET");
    REQUIRE(found.has_value());
    CHECK(found->field("environment")->value == "not empty");
}

TEST_CASE("a constructor that opens a socket or a file, or never ends, dies in the worker") {
    struct row {
        std::string folder, says;
    };
    const auto one = GENERATE(values<row>(
        {{"early_socket", "system call socket"},
         {"early_reader", "system call openat"},
         {"early_spin", "could not be started: 300 ms"}}
    ));
    standing_clock time;
    scripted_http http(time);
    auto setup = worker_setup_of_tests({});
    setup.deadlines.start = one.folder == "early_spin" ? milliseconds(300) : milliseconds(10'000);
    const registry providers(strangers_in(one.folder, {section("well")}), http, time, setup);
    const auto snapshot = providers.snapshot();
    REQUIRE(snapshot->problems.size() == 1);
    CHECK_THAT(snapshot->problems[0].message, Contains(one.says));
    CHECK(providers.find("well").has_error());
    CHECK(children().empty());
}

TEST_CASE("a stranger's plugin is mapped by its worker and never by the host") {
    const auto before = mapped_plugins();  // another test's may stay for ever
    worker_world all({section("well")});
    const auto worker = the_worker(all);
    CHECK(mapped_plugins() == before);
    if (::geteuid() == 0) {
        CHECK_THAT(
            content("/proc/" + std::to_string(worker) + "/maps"), Contains("memfd:tenon-plugin")
        );
    }
}

TEST_CASE("a worker that reads its plugin moves nobody else's place in the same bytes") {
    const auto image =
        plugin_image::read(std::string(TENON_TEST_PLUGINS) + "/good/well.so").value();
    const int shared = image->copy().descriptor();
    REQUIRE(::lseek(shared, 1, SEEK_SET) == 1);
    const auto worker = worker_process::start({TENON_TEST_WORKER, {"worker"}}, *image);
    REQUIRE(worker.has_value());
    pollfd loaded{worker->socket(), POLLIN, 0};
    REQUIRE(::poll(&loaded, 1, 30'000) == 1);
    CHECK(::lseek(shared, 0, SEEK_CUR) == 1);
}

TEST_CASE("what a worker's loader refuses is told in the loader's words") {
    worker_world all({}, "refused");
    std::string told;
    for (const auto& problem : all.providers.snapshot()->problems) {
        told += problem.message + '\n';
    }
    CHECK_THAT(told, Contains("undefined symbol: nobody_has_this"));
}
