// A process may open so many files and no more: few from the start, and none any more meanwhile.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <future>
#include <set>
#include <sstream>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using Catch::Matchers::Contains;
using nlohmann::json;
namespace fs = std::filesystem;

}  // namespace

TEST_CASE("where descriptors are few, connections are turned away and not the work") {
    temp_dir dir;
    const auto config = dir.path() / "tenon.yaml";
    std::ofstream(config) << "listen: 127.0.0.1:0\ndata_dir: " << (dir.path() / "data").string()
                          << "\nlog: {format: json}\n";
    process host(
        {{"/bin/sh", "-c",
          "ulimit -n 200; exec '" + tenon_binary() + "' serve -c '" + config.string() + "'"},
         {},
         {},
         {},
         {}}
    );
    const auto url = host.wait_for_line("tenon: listening on ", std::chrono::seconds(60));
    CHECK(host.wait_for_text("limits.connections is lowered", std::chrono::seconds(5)));
    const auto port = static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
    std::vector<std::unique_ptr<raw_connection>> idle;
    for (int i = 0; i < 100; ++i) {
        idle.push_back(std::make_unique<raw_connection>("127.0.0.1", port));
    }
    {
        raw_connection refused("127.0.0.1", port);
        CHECK_THAT(refused.receive_all(std::chrono::seconds(10)), Contains("HTTP/1.1 429"));
    }
    idle.resize(90);
    int status = 0;
    for (int i = 0; i < 100 && status != 200; ++i) {
        status = http_client(url).get("/readyz").status;
    }
    CHECK(status == 200);
    host.signal(SIGTERM);
    CHECK(host.wait(std::chrono::seconds(30)).code == 0);
}

// UBSan opens a pipe to look at an object, and takes one that it can't look at for a wrong one:
// this runs under the thread sanitizer (`./dev concurrency`).
#ifndef __SANITIZE_ADDRESS__
namespace {

constexpr std::size_t accounts = 3;

// Until it goes, a host can open nothing: neither file nor socket.
class no_descriptors {
  public:
    explicit no_descriptors(pid_t of) : of_(of) {
        std::set<rlim_t> used;
        for (const auto& one : fs::directory_iterator("/proc/" + std::to_string(of) + "/fd")) {
            used.insert(std::stoul(one.path().filename().string()));
        }
        rlim_t lowest_free = 0;
        while (used.contains(lowest_free)) {
            ++lowest_free;
        }
        REQUIRE(::prlimit(of_, RLIMIT_NOFILE, nullptr, &usual_) == 0);
        const rlimit none{lowest_free, usual_.rlim_max};
        REQUIRE(::prlimit(of_, RLIMIT_NOFILE, &none, nullptr) == 0);
    }
    ~no_descriptors() { ::prlimit(of_, RLIMIT_NOFILE, &usual_, nullptr); }
    no_descriptors(const no_descriptors&) = delete;
    auto operator=(const no_descriptors&) -> no_descriptors& = delete;

  private:
    pid_t of_;
    rlimit usual_{};
};

// What a process has had of a processor so far.
auto processor_time(pid_t of) -> std::chrono::duration<double> {
    std::ifstream in("/proc/" + std::to_string(of) + "/stat");
    std::string text((std::istreambuf_iterator<char>(in)), {});
    std::istringstream behind_name(text.substr(text.rfind(')') + 1));
    std::string skipped;
    for (int field = 3; field < 14; ++field) {
        behind_name >> skipped;
    }
    double user = 0;
    double system = 0;
    behind_name >> user >> system;
    return std::chrono::duration<double>(
        (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK))
    );
}

// Of each account, a connection and a client that has spoken with the host already.
struct reader {
    std::string connection;
    http_client client;
};

auto readers_of(world& here) -> std::vector<reader> {
    std::vector<reader> all;
    for (std::size_t i = 1; i <= accounts; ++i) {
        auto id = here.connected("ann", "u" + std::to_string(i));
        all.push_back({std::move(id), here.api()});
    }
    for (auto& one : all) {
        REQUIRE(one.client.get(here.token_path(one.connection)).status == 200);
    }
    return all;
}

auto refresh_all(std::vector<reader>& all) -> std::vector<http_response> {
    std::vector<http_response> answers(all.size());
    at_once(all.size(), [&](std::size_t i) {
        answers[i] = all[i].client.post(
            "/api/integrations/refresh/demo/" + all[i].connection, json::object()
        );
    });
    return answers;
}

}  // namespace

TEST_CASE("a host that can open nothing answers what needs nothing, puts off the rest, and goes on"
) {
    world_options options;
    options.stored_in = GENERATE(engine::sqlite, engine::postgresql);
    options.settings = json{{"rotation", true}};
    options.provider_config = "    refresh: {rotates: true}\n";
    world here(options);
    auto readers = readers_of(here);
    sim::fault slow;  // so that one connection to the provider, which is open, does not do for all
    slow.path = "/token";
    slow.delay_ms = 1'000;
    slow.times = accounts;
    here.provider().inject(slow);
    std::future<int> newcomer;
    {
        const no_descriptors spell(here.host().id());
        newcomer = std::async(std::launch::async, [&] {
            return here.api().get(here.token_path(readers[0].connection)).status;
        });
        const auto answers = refresh_all(readers);
        for (const auto& answer : answers) {
            INFO(answer.body);
            if (answer.status != 200) {
                CHECK(answer.status == 503);
                CHECK(answer.json().at("error") == "PROVIDER_UNAVAILABLE");
                CHECK(answer.field("retry-after"));
            }
        }
        CHECK(std::ranges::count(answers, 503, &http_response::status) >= 1);
        for (auto& one : readers) {
            CHECK(one.client.get(here.token_path(one.connection)).status == 200);
        }
        const auto before = processor_time(here.host().id());
        std::this_thread::sleep_for(1s);
        CHECK((processor_time(here.host().id()) - before).count() < 0.5);
    }
    CHECK(newcomer.get() == 200);
    CHECK(soon([&] {
        const auto answers = refresh_all(readers);
        return std::ranges::all_of(answers, [](const auto& one) { return one.status == 200; });
    }));
    const auto told = here.api().get("/api/integrations/status").json().at("integrations");
    CHECK(told.size() == accounts);
    for (const auto& one : told) {
        CHECK(one.at("status") == "connected");
    }
    CHECK(here.host().stop() == 0);
}
#endif

}  // namespace tenon::test
