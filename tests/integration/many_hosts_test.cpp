// Several hosts on one database, and a provider whose refresh tokens are good for one use.
#include "integration/world.hpp"
#include "support/catch.hpp"

#include <atomic>
#include <random>
#include <thread>

namespace tenon::test {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

#ifdef TENON_SANITIZED  // connects and starts take several times as long
constexpr int accounts = 20;
constexpr int shared = 10;
constexpr std::int64_t provider_takes_ms = 4'000;
constexpr auto timeouts = "timeouts: {operation: 8s}\n";
constexpr auto turmoil = 15s;
#else
constexpr int accounts = 400;
constexpr int shared = 100;
constexpr std::int64_t provider_takes_ms = 12'000;
constexpr auto timeouts = "timeouts: {operation: 16s}\n";
constexpr auto turmoil = 60s;
#endif

struct read_target {
    std::string user, path;
};

// Hosts, each a process of its own with a directory of its own.
struct fleet {
    explicit fleet(std::size_t size) : here(options()) {
        for (std::size_t i = 1; i < size; ++i) {
            others.push_back(here.replica());
        }
    }

    static auto options() -> world_options {
        world_options chosen;
        chosen.stored_in = engine::postgresql;
        chosen.settings =
            json{{"rotation", true}, {"access_lifetime_s", 7'200}, {"accounts", accounts}};
        chosen.config = timeouts;  // and so are leases: 15 seconds more
        chosen.provider_config = "    refresh: {rotates: true}\n";
        return chosen;
    }

    void connect_everybody(int count = accounts) {
        for (int account = 1; account <= count; ++account) {
            // So many accounts, and so their grants, are two users'.
            for (int one = 1; one <= (account <= shared ? 2 : 1); ++one) {
                const auto user = "user-" + std::to_string(one);
                const auto id = here.connected(user, "u" + std::to_string(account));
                targets.push_back({user, here.token_path(id)});
            }
        }
    }

    void slow_down_provider() {
        sim::fault slow;
        slow.path = "/token";
        slow.delay_ms = provider_takes_ms;
        slow.times = 100'000;
        here.provider().inject(slow);
    }

    void let_all_be_due() {
        slow_down_provider();
        here.change_database(
            "UPDATE grants SET next_refresh_at = 1;"
            "CREATE TABLE before AS SELECT id, generation FROM grants;"
            "GRANT SELECT ON before TO PUBLIC"
        );
    }

    // Grants that were not renewed since, and of which nothing says why.
    auto forgotten() -> std::int64_t {
        return here.count(
            "SELECT COUNT(*) FROM grants JOIN before USING (id) "
            "WHERE grants.generation = before.generation AND COALESCE(grants.last_failure, '') = ''"
        );
    }
    auto under_way() -> std::int64_t { return here.count("SELECT COUNT(*) FROM intents"); }

    auto host(std::size_t which) -> host_process& {
        return which == 0 ? here.host() : *others.at(which - 1);
    }
    [[nodiscard]] auto size() const -> std::size_t { return others.size() + 1; }

    world here;
    std::vector<std::unique_ptr<host_process>> others;
    std::vector<read_target> targets;
};

auto read_at(const std::string& url, const read_target& one) -> http_response {
    http_client client(url, {{"X-API-Key", operator_key}, {"X-Tenon-User", one.user}});
    return client.get(one.path);
}

// Readers of all hosts, until it goes. Every answer is a token.
class readers {
  public:
    // `urls` may change: a host that starts again has another port.
    explicit readers(fleet& all) : all_(all) {
        for (std::size_t i = 0; i < all.size(); ++i) {
            urls_.push_back(all.host(i).url());
        }
        for (int i = 0; i < 4; ++i) {
            threads_.emplace_back([this, i] { run(i); });
        }
    }
    ~readers() { stop(); }
    readers(const readers&) = delete;
    auto operator=(const readers&) -> readers& = delete;

    void moved(std::size_t which, std::string url) {
        const std::lock_guard lock(guard_);
        urls_.at(which) = std::move(url);
    }
    void stop() {
        going_ = false;
        threads_.clear();
    }

    std::atomic<int> answered{0}, wrong{0};

  private:
    void run(int seed) {
        std::mt19937 random(static_cast<unsigned>(seed));
        while (going_) {
            std::string url;
            {
                const std::lock_guard lock(guard_);
                url = urls_.at(random() % urls_.size());
            }
            try {
                const auto answer = read_at(url, all_.targets.at(random() % all_.targets.size()));
                answer.status == 200 ? ++answered : ++wrong;
            } catch (const std::exception&) {
                continue;  // that host was killed just now
            }
        }
    }

    fleet& all_;
    std::mutex guard_;
    std::vector<std::string> urls_;
    std::atomic<bool> going_{true};
    std::vector<std::jthread> threads_;
};

// Of each target; -1 where no token is answered.
auto generations(fleet& all) -> std::vector<std::int64_t> {
    std::vector<std::int64_t> found;
    for (const auto& one : all.targets) {
        const auto answer = read_at(all.here.host().url(), one);
        found.push_back(
            answer.status == 200 ? answer.json().at("generation").get<std::int64_t>() : -1
        );
    }
    return found;
}

}  // namespace

TEST_CASE("what is due is refreshed once, however many hosts serve and users share it") {
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size);
    all.connect_everybody();
    auto expected = generations(all);
    std::ranges::for_each(expected, [](std::int64_t& one) { ++one; });
    all.let_all_be_due();
    {
        readers busy(all);
        const auto until = std::chrono::steady_clock::now() + 120s;
        while (all.here.provider().count().refreshes < accounts &&
               std::chrono::steady_clock::now() < until) {
            std::this_thread::sleep_for(50ms);
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(provider_takes_ms) + 2s);
        busy.stop();
        CHECK(busy.wrong == 0);
        CHECK(busy.answered > 100);
    }
    CHECK(generations(all) == expected);
    CHECK(all.here.provider().count().refreshes == accounts);
    CHECK(all.here.provider().count().refresh_reuses == 0);
    CHECK(all.here.provider().count().families_revoked == 0);
}

TEST_CASE("who reads tokens that have ended, at several hosts at once, makes one refresh of each") {
    constexpr int ended = 10;
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size);
    all.connect_everybody(ended);
    all.slow_down_provider();
    // Nobody read them yet, and no scheduler is to be faster.
    all.here.change_database("UPDATE grants SET expires_at = 1, next_refresh_at = NULL");
    std::atomic<int> answered{0};
    {
        std::vector<std::jthread> readers;
        for (std::size_t host = 0; host < size; ++host) {
            for (const auto& one : all.targets) {
                readers.emplace_back([&all, &answered, &one, host] {
                    answered += read_at(all.host(host).url(), one).status == 200 ? 1 : 0;
                });
            }
        }
    }
    CHECK(answered == static_cast<int>(size * all.targets.size()));
    CHECK(all.here.provider().count().refreshes == ended);
    CHECK(all.here.provider().count().refresh_reuses == 0);
    CHECK(all.here.provider().count().families_revoked == 0);
}

TEST_CASE("hosts that are killed every second revoke no family and answer no wrong token") {
    const std::size_t size = GENERATE(2U, 5U);
    fleet all(size);
    all.connect_everybody();
    all.let_all_be_due();
    {
        readers busy(all);
        std::mt19937 random(2'026);
        const auto until = std::chrono::steady_clock::now() + turmoil;
        while (std::chrono::steady_clock::now() < until) {
            const auto which = random() % all.size();
            all.host(which).kill();
            std::this_thread::sleep_for(1s);
            all.host(which).start();
            busy.moved(which, all.host(which).url());
        }
        busy.stop();
        CHECK(busy.wrong == 0);
        CHECK(busy.answered > 100);
    }
    // What the killed were at is taken up when their leases have ended.
    const auto patience = std::chrono::steady_clock::now() + 120s;
    while (all.forgotten() + all.under_way() > 0 && std::chrono::steady_clock::now() < patience) {
        std::this_thread::sleep_for(200ms);
    }
    CHECK(all.forgotten() == 0);
    CHECK(all.under_way() == 0);
    CHECK(all.here.provider().count().refreshes == accounts);
    CHECK(all.here.provider().count().refresh_reuses == 0);
    CHECK(all.here.provider().count().families_revoked == 0);
    for (const auto& one : all.targets) {
        CHECK(read_at(all.here.host().url(), one).status == 200);
    }
}

}  // namespace tenon::test
