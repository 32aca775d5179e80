// Plugins that nobody should trust, in the real binary: what they do costs one request its answer.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

namespace tenon::test {
namespace {

using Catch::Matchers::Contains;
namespace fs = std::filesystem;

auto section_of(const std::string& id, const std::string& isolation = "") -> std::string {
    return "  " + id + ": {client_id: a, client_secret: secret-of-the-operator" +
           (isolation.empty() ? "" : ", isolation: " + isolation) + "}\n";
}

// The demo provider, served by a bundled plugin, beside the strangers.
auto with_strangers(const std::string& sections) -> world_options {
    world_options options;
    options.config =
        "plugins: {require: none}\nplugin_dirs: [" + std::string(TENON_EVIL_PLUGINS) + "]\n";
    options.provider_config = sections;
    return options;
}

auto connect_to(world& here, const std::string& id) -> http_response {
    return here.api().post(
        "/api/integrations/connect/" + id, {{"redirectUrl", "http://127.0.0.1:9/after"}}
    );
}

auto health_of_plugins(world& here) -> nlohmann::json {
    return here.api().get("/health?check=plugins").json().at("checks").at("plugins");
}

auto maps_of(pid_t id) -> std::string {
    std::ifstream in("/proc/" + std::to_string(id) + "/maps");
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

struct deed {
    std::string id, says;
};

auto deeds() -> std::vector<deed> {
#ifdef TENON_SANITIZED  // sees some of it first, and ends the worker in its own way
    const std::string abort = "worker";
    const std::string fault = "worker";
#else
    const std::string abort = "SIGABRT";
    const std::string fault = "SIGSEGV";
#endif
    return {
        {"evil_socket", "system call socket"},
        {"evil_fork", "system call clone"},
        {"evil_passwd", "system call openat"},
        {"evil_spin", "did not end a step within 2000 ms"},
        {"evil_balloon", abort},
        {"evil_free", abort},
        {"evil_overflow", fault},
        {"evil_leave", "exit code 0"},
        {"evil_chatter", "no message"}};
}

}  // namespace

TEST_CASE("a plugin that misbehaves costs its request a typed error, and others are served") {
    const auto one = GENERATE(from_range(deeds()));
    const auto isolation = GENERATE(as<std::string>{}, "", "worker-per-operation");
    CAPTURE(one.id, isolation);
    world here(with_strangers(section_of(one.id, isolation)));
    http_response refused;
    std::thread stranger([&] { refused = connect_to(here, one.id); });
    const auto id = here.connected();
    CHECK(here.api().get(here.token_path(id)).status == 200);
    stranger.join();
    INFO(refused.body);
    CHECK(refused.status == 502);
    CHECK(refused.json().at("error") == "PROVIDER_ERROR");
    CHECK_THAT(refused.json().at("message").get<std::string>(), Contains(one.says));
    CHECK_THAT(refused.body, !Contains("secret-of-the-operator"));
    CHECK(here.api().get(here.token_path(id)).status == 200);
    const auto worker = health_of_plugins(here).at("detail").at("workers").at(0);
    INFO(worker.dump());
    CHECK(worker.at("plugin") == "evil");
    CHECK(worker.at("lost") >= 1);
    CHECK_THAT(worker.at("lastLoss").get<std::string>(), Contains(one.says));
    CHECK_THAT(
        here.api().get("/metrics").body,
        Contains("tenon_plugin_workers_lost_total{plugin=\"evil\",reason=\"")
    );
    CHECK(here.host().running());
    CHECK(here.host().stop() == 0);
}

TEST_CASE("a stranger's plugin is never loaded by the host, and finds nothing of it") {
    world here(with_strangers(section_of("evil_search")));
    CHECK(connect_to(here, "evil_search").status == 502);  // it ends with no address to go to
    CHECK_THAT(maps_of(here.host().id()), Contains("memfd:tenon-plugin"));  // bundled ones
    CHECK(health_of_plugins(here).at("detail").at("workers").at(0).at("lost") == 0);
    const auto listed = here.api().get("/api/integrations/providers");
    CHECK_THAT(listed.body, Contains("evil_search"));
}

TEST_CASE("workers end with their host, however that ends") {
    world here(with_strangers(section_of("evil_search")));
    (void)connect_to(here, "evil_search");
    const auto children = [id = here.host().id()] {
        std::vector<std::string> out;
        std::error_code gone;
        for (const auto& thread :
             fs::directory_iterator("/proc/" + std::to_string(id) + "/task", gone)) {
            std::ifstream from(thread.path() / "children");
            for (std::string child; from >> child;) {
                out.push_back(child);
            }
        }
        return out;
    };
    const auto workers = children();
    REQUIRE(workers.size() == 1);
    const bool killed = GENERATE(false, true);
    if (killed) {
        here.host().kill();
    } else {
        CHECK(here.host().stop() == 0);
    }
    for (int i = 0; i < 100 && fs::exists("/proc/" + workers[0]); ++i) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    CHECK_FALSE(fs::exists("/proc/" + workers[0]));
}

TEST_CASE("a plugin that ends its worker again and again makes the health report degraded") {
    world here(with_strangers(section_of("evil_leave")));
    http_response answer;
    for (int i = 0; i < 2'000; ++i) {
        answer = connect_to(here, "evil_leave");
        REQUIRE(answer.status >= 502);
        if (answer.status == 503 && answer.json().at("retryAfter") >= 2) {
            break;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    INFO(answer.body);
    CHECK(answer.status == 503);
    CHECK(answer.json().at("error") == "PROVIDER_UNAVAILABLE");
    CHECK(answer.json().at("retryAfter") >= 2);
    const auto health = health_of_plugins(here);
    CHECK(health.at("status") == "degraded");
    CHECK(health.at("detail").at("workers").at(0).at("resting") == true);
}

TEST_CASE("the worker's verb is for hosts only, and tells so whoever tries it") {
    const auto tried = run_tenon({"plugin-worker"});
    CHECK(tried.code == 2);
    CHECK_THAT(tried.err, Contains("never by hand"));
    CHECK_THAT(run_tenon({"--help"}).out, !Contains("plugin-worker"));
}

TEST_CASE("a file is checked in a worker: it is not trusted yet") {
    const auto checked = run_tenon({"plugin", "check", TENON_EVIL_PLUGINS "/evil.so"});
    INFO(checked.err);
    CHECK(checked.code == 0);
    CHECK_THAT(checked.out, Contains("evil_socket") && Contains("https://api.example.test"));
    const auto early = run_tenon({"plugin", "check", TENON_EARLY_PLUGIN});
    CHECK(early.code == 1);
    CHECK_THAT(early.err, Contains("system call socket"));
}

}  // namespace tenon::test
