// A plugin is replaced again and again under load: no request fails, and nothing is left behind.
#include "integration/harbor.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace tenon::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

#ifdef TENON_SANITIZED
constexpr bool sanitized = true;  // freed memory is kept for a while, in mappings of its own
#else
constexpr bool sanitized = false;
#endif

// What a process holds.
struct holdings {
    std::ptrdiff_t descriptors = 0, threads = 0;
    std::size_t plugin_copies = 0;  // that are mapped
    std::size_t mappings = 0;
    std::size_t resident_kib = 0;
    std::ptrdiff_t children = 0;
};

auto entries_of(const fs::path& folder) -> std::ptrdiff_t {
    return std::distance(fs::directory_iterator(folder), fs::directory_iterator{});
}

auto children_of(pid_t id) -> std::ptrdiff_t {
    std::ptrdiff_t out = 0;
    for (const auto& entry : fs::directory_iterator("/proc")) {
        std::ifstream in(entry.path() / "stat");
        std::string line;
        if (std::getline(in, line)) {
            std::istringstream behind_name(line.substr(line.rfind(')') + 1));
            std::string state;
            pid_t parent = 0;
            behind_name >> state >> parent;
            out += parent == id ? 1 : 0;
        }
    }
    return out;
}

auto held_by(pid_t id) -> holdings {
    const fs::path process = fs::path("/proc") / std::to_string(id);
    holdings out;
    out.descriptors = entries_of(process / "fd");
    out.threads = entries_of(process / "task");
    std::set<std::string> copies;
    std::ifstream maps(process / "maps");
    for (std::string line; std::getline(maps, line); ++out.mappings) {
        std::istringstream words(line);
        // Addresses, rights, offset, device, inode, name: see proc(5).
        using word = std::istream_iterator<std::string>;
        const std::vector<std::string> fields{word(words), word()};
        if (fields.size() > 5 && fields[5].find("memfd:tenon-plugin") != std::string::npos) {
            copies.insert(fields[4]);
        }
    }
    out.plugin_copies = copies.size();
    std::ifstream status(process / "status");
    for (std::string word; status >> word;) {
        if (word == "VmRSS:") {
            status >> out.resident_kib;
        }
    }
    out.children = children_of(id);
    return out;
}

void show(const char* when, const holdings& what) {
    std::cout << when << ": " << what.descriptors << " descriptors, " << what.threads
              << " threads, " << what.mappings << " mappings, " << what.plugin_copies
              << " plugin copies mapped, " << what.resident_kib << " KiB resident, "
              << what.children << " children\n";
}

// Connects and refreshes, over and over, until it is told to stop.
class load {
  public:
    explicit load(harbor& on) : on_(on) {
        for (int i = 0; i < 2; ++i) {
            threads_.emplace_back([this, i] { connect(i); });
            threads_.emplace_back([this, i] { refresh(i); });
        }
    }
    ~load() { stop(); }
    load(const load&) = delete;
    auto operator=(const load&) -> load& = delete;

    void stop() {
        stopped_ = true;
        for (auto& one : threads_) {
            if (one.joinable()) {
                one.join();
            }
        }
    }
    [[nodiscard]] auto done() const -> int { return done_; }
    [[nodiscard]] auto failed() const -> int { return failed_; }

  private:
    void connect(int number) {
        while (!stopped_) {
            count(!connection("connecting-" + std::to_string(number)).empty());
        }
    }
    void refresh(int number) {
        const auto user = "refreshing-" + std::to_string(number);
        const auto id = connection(user);
        auto client = on_.api(user);
        while (!stopped_) {
            const auto answer =
                client.post("/api/integrations/refresh/harbor/" + id, json::object());
            count(answer.status == 200);
        }
    }
    auto connection(const std::string& user) -> std::string {
        try {
            return on_.connected(user);
        } catch (const std::exception& problem) {
            std::cout << problem.what() << '\n';
            return {};
        }
    }
    void count(bool good) {
        ++done_;
        failed_ += good ? 0 : 1;
    }

    harbor& on_;
    std::atomic<bool> stopped_{false};
    std::atomic<int> done_{0}, failed_{0};
    std::vector<std::thread> threads_;
};

void replace(harbor& here, int number) {
    here.put(number % 2 == 0 ? "two" : "one");
    const auto report = here.reload();
    if (report.at("outcome") != "replaced") {
        FAIL("reload " << number << ": " << report.dump());
    }
}

// So that the last version is proven, and the one before it let go of: what is held then.
auto at_rest(harbor& here, const holdings& first) -> holdings {
    const auto connection = here.connected();
    const auto refresh = "/api/integrations/refresh/harbor/" + connection;
    for (int i = 0; i < 25; ++i) {
        CHECK(here.api().post(refresh, json::object()).status == 200);
    }
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    auto out = held_by(here.host().id());
    while (out.children > first.children && std::chrono::steady_clock::now() < until) {
        CHECK(here.api().get("/livez").status == 200);  // workers end on their own
        out = held_by(here.host().id());
    }
    return out;
}

void compare(const holdings& before, const holdings& after) {
    constexpr std::ptrdiff_t in_flight = 16;  // connections that come and go, generations under way
    CHECK(after.descriptors <= before.descriptors + in_flight);
    CHECK(after.threads <= before.threads + 1);
    if (!sanitized) {
        CHECK(after.mappings <= before.mappings + 60);
        CHECK(after.resident_kib <= before.resident_kib + 16UL * 1024);
    }
}

void storm(harbor& here, int reloads) {
    const auto first = held_by(here.host().id());
    const auto began = std::chrono::steady_clock::now();
    load work(here);
    const int warming = reloads / 10;
    for (int i = 0; i < warming; ++i) {
        replace(here, i);
    }
    const auto before = held_by(here.host().id());
    for (int i = warming; i < reloads; ++i) {
        replace(here, i);
    }
    const auto after = held_by(here.host().id());
    work.stop();
    const auto quiet = at_rest(here, first);
    show("before", before);
    show("after", after);
    show("at rest", quiet);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    std::cout << reloads << " reloads and " << work.done() << " requests in " << took.count()
              << " s\n";
    CHECK(work.failed() == 0);
    CHECK(work.done() > reloads / 10);
    compare(before, after);
    CHECK(quiet.plugin_copies == first.plugin_copies);  // one version of Harbor at most
    CHECK(quiet.children <= first.children);
    CHECK(here.host().log().find("plugin_stays_mapped") == std::string::npos);
}

}  // namespace

TEST_CASE("a thousand reloads under load fail no request and leave nothing behind") {
    harbor here(demands::signatures, "log: {level: warn}\n", "process");
    storm(here, sanitized ? 100 : 1'000);
}

TEST_CASE("versions that run in workers are replaced under load as well") {
    harbor here(demands::signatures, "log: {level: warn}\n", "worker");
    storm(here, sanitized ? 20 : 100);
}

}  // namespace tenon::test
